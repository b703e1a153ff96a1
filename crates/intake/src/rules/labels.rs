//! What a text says of itself at the start of a line: "Epic: desks and rooms", "Contact: Mr Osei", "Assumptions: …",
//! "Users: clerks and guards". They stand where records stand, and name none.
//!
//! A kind of label is an entry of `LABELS`. With a list of values behind it ("contact: name, phone, e-mail") it is a
//! record after all.

use crate::facts::{Evidence, Fact, Item};
use crate::lexicon::{archetypes, has};
use crate::lists;
use crate::scene::{Scene, Sentence};
use crate::tags::Tag;
use crate::tokens::{Span, Token};

/// What follows a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// What the whole is called, or who wrote it: nothing of the line is kept.
    Line,
    /// What a board of tickets writes around one, wherever it stands.
    Card,
    /// The text goes on; only the label is no record.
    Label,
    /// Who works with it.
    People,
}

struct Label {
    #[cfg_attr(not(test), expect(dead_code, reason = "named where the test fails"))]
    id: &'static str,
    about: About,
    /// Lemmas with spaces between; commas between labels.
    words: &'static str,
    /// What the test reads above a request: nothing but its records is kept.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    example: &'static str,
}

const LABELS: &[Label] = &[
    Label {
        id: "label.title",
        about: About::Line,
        words: "title,subject,re,fwd,fw,aw,wg,project,project name,working title,product,product name,app name,name of the \
            app,name,codename,epic,topic,theme,heading,document,doc,file name,ticket,issue",
        example: "Epic: Desks & meeting rooms at the pier",
    },
    Label {
        id: "label.letter",
        about: About::Line,
        words: "from,to,cc,bcc,sent,dear,author,writer,written by,prepared by,prepared for,owner,product owner,contact,contact \
            person,reply to,regard,signed,sender,client,customer,company,organization,organisation,sponsor,stakeholder,present,\
            participant,attendee,absent,next meeting,meeting,location,place,venue,area,region,address,attachment,attached,\
            enclosure,encl,version,revision,status,date,deadline,due,budget,language,timeline,duration,team,department,\
            branch,industry,country",
        example: "Contact: Mr Osei, depot 3",
    },
    Label {
        id: "label.means",
        about: About::Line,
        words: "stack,tech stack,technology,hosting,host,server,device,hardware,platform,front end,frontend,front-end,client \
            app,colour,color,logo,font,design,look,tone,browser,environment,screen,page,view,\
            tab,menu,navigation,ui,ux,user interface,dialog,export,current tool,tool today,tool in use,replaces",
        example: "Devices: tablets, lockers and two printers.",
    },
    Label {
        id: "label.part",
        about: About::Label,
        words: "q,a,question and answer,assumption,risk,constraint,dependency,decision,decided,agreed,done,todo,question,open question,open point,\
            problem statement,problem,hint,ps,pps,nb,tl dr,tldr,longer,short,shorter,long version,short version,in short,\
            job to be done,goal,objective,aim,purpose,context,background,motivation,current situation,current process,\
            situation,what happen,what do not happen,process,workflow,flow,backbone,story map,lifecycle,today,rule,business rule,must have,should have,must,should,\
            success metric,definition,remark,agenda,next step,step,summary,bottom line,important,warning,attention,reminder,\
            disclaimer,update,edit,answer,request,wish,requirement,user story,story,acceptance criterion,acceptance criteria",
        example: "Assumptions: Single sign-on exists.",
    },
    Label {
        id: "label.ticket",
        about: About::Card,
        words: "label,labels,watcher,watchers,assignee,story point,fix version,affects version,epic link,linked issue,blocked by,ac",
        example: "Labels: mvp, backend",
    },
    Label {
        id: "label.people",
        about: About::People,
        words: "user,role,actor,persona,user group,user role,user type,type of user,kind of user,who use it,who work with it,\
            who,audience,target group,stakeholder group,people,login,account",
        example: "Users: technicians, supervisors",
    },
];

/// A label and what it is of.
struct Found {
    about: About,
    /// The tokens of the label.
    from: usize,
    to: usize,
    /// Where what it is of ends.
    end: usize,
}

fn labels(scene: &Scene<'_>) -> Vec<Found> {
    let found = (0..scene.sentences.len()).filter_map(|sentence| label(scene, sentence));
    found.filter(|one| !is_record(scene, one)).collect()
}

/// The lines that name the whole, who wrote it, or with what it is made: tokens from and to.
pub(crate) fn lines(scene: &Scene<'_>) -> Vec<(usize, usize)> {
    labels(scene)
        .into_iter()
        .filter(|one| matches!(one.about, About::Line | About::Card))
        .map(|one| (one.from, one.end))
        .collect()
}

/// Takes away what was found of labels and of what they say.
pub(super) fn leave_out(scene: &Scene<'_>, evidence: &mut Vec<Evidence>) {
    let found = labels(scene);
    if found.is_empty() {
        return;
    }
    let inside = |from: usize, to: usize, span: Span| {
        let place = scene.span(from, to);
        from < to && place.start <= span.start && span.start < place.end
    };
    evidence.retain(|one| {
        let about_all = matches!(
            one.fact,
            Fact::App(_) | Fact::Like(_) | Fact::Integration { .. } | Fact::Denied(_) | Fact::NoLogin | Fact::Role(_)
        );
        let things = super::idle::things(&one.fact);
        let gone = |label: &Found| match label.about {
            About::Line | About::Card => inside(label.from, label.end, one.span),
            About::Label => things.iter().any(|thing| inside(label.from, label.to, thing.span)),
            About::People => things.iter().any(|thing| inside(label.from, label.end, thing.span)),
        };
        about_all || !found.iter().any(gone)
    });
}

/// The label that a sentence opens with.
fn label(scene: &Scene<'_>, place: usize) -> Option<Found> {
    let sentence = scene.sentences.get(place)?;
    let from = (sentence.from..sentence.to).find(|at| !scene.one_of(*at, &["*", "_", "`", "-", ">", "\""]))?;
    let sign = |at: &usize| scene.one_of(*at, &[":", "*", "_"]);
    let to = (from..sentence.to.min(from + 6)).find(sign).unwrap_or(sentence.to);
    let colon =
        (to..sentence.to.min(to + 3)).find(|at| !scene.one_of(*at, &["*", "_"])).is_some_and(|at| scene.is(at, ":"));
    let said = |name: fn(&Token) -> &str| -> Option<String> {
        Some(scene.tokens.get(from..to)?.iter().map(name).collect::<Vec<_>>().join(" "))
    };
    let (label, spelled) = (said(|token| &token.lemma)?, said(|token| &token.text)?);
    let is = |word: &str| word.trim() == label || word.trim() == spelled;
    let known = LABELS.iter().find(|one| one.words.split(',').any(is))?;
    // "label: string" is a value in somebody's code.
    if known.about == About::Card && !scene.token(from).is_some_and(|token| token.capital) {
        return None;
    }
    let first = scene.opens_block(place);
    let top = first && scene.blocks.get(sentence.block).is_some_and(|block| block.parent.is_none());
    if colon && (top || known.about != About::Line) {
        return Some(Found { about: known.about, from, to, end: end(scene, place, sentence) });
    }
    // "## Users" above a line of them.
    let next =
        scene.sentences.get(place + 1).filter(|next| to == sentence.to && first && next.block != sentence.block)?;
    (known.about == About::People && people(scene, next.from, next.to)).then_some(Found {
        about: About::People,
        from,
        to: next.from,
        end: next.to,
    })
}

/// The whole line, where a line is one sentence or a few words.
fn end(scene: &Scene<'_>, place: usize, sentence: &Sentence) -> usize {
    let last = scene.sentences.get(place + 1).filter(|next| next.block == sentence.block && next.to - next.from <= 3);
    last.map_or(sentence.to, |next| next.to)
}

/// Whether what stands behind a label are values of a record, or people for whom there is more than their name.
fn is_record(scene: &Scene<'_>, found: &Found) -> bool {
    if found.about == About::People {
        let colon = (found.to..found.end).find(|at| !scene.one_of(*at, &["*", "_", ":"])).unwrap_or(found.to);
        return !people(scene, colon, found.end);
    }
    let items = lists::read(scene, found.to + 1, found.end);
    if found.about == About::Card {
        return items.iter().filter(|item| crate::lexicon::fields::guess(&item.name).is_some()).count() >= 2;
    }
    // "screens: start page, detail page, print dialog".
    let shown =
        |item: &Item| has("page screen dialog view form tab menu popup", item.name.rsplit('_').next().unwrap_or(""));
    let known = items.iter().filter(|item| item.known() && !shown(item)).count();
    let says = |at: usize| {
        let spoken = scene.one_of(at, &["i", "we", "you", "they", "it"]);
        spoken || matches!(scene.tag(at), Some(Tag::Have | Tag::Be | Tag::Modal))
    };
    // "Title: the harbour keeps boats" is no title.
    let first = (found.to + 1..found.end).find(|at| scene.is(*at, ",")).unwrap_or(found.end);
    // "agreed: courses have a title, a start and a price" is about the courses.
    let known_record = scene.np_at(found.from).is_some_and(|np| archetypes::sort(np.entity()).is_some());
    let sentence = !known_record && (found.to + 1..first).any(says);
    known >= 2 && known * 2 >= items.len() && !sentence || found.about == About::Line && (found.to..found.end).any(says)
}

/// A row of people and nothing else.
fn people(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    let row = super::objects(scene, from, to);
    let bare =
        (from..to).all(|at| scene.depth_at(at) > 0 || !matches!(scene.tag(at), Some(Tag::Verb | Tag::Have | Tag::Be)));
    let works = |np: &&crate::nouns::Np| archetypes::is_person(np.entity()) || archetypes::may_act(np.entity());
    bare && !row.is_empty() && row.iter().all(works) && row.iter().all(|np| scene.close_of(np.to).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_of_labels() {
        for one in LABELS {
            let scene = Scene::read(one.example);
            let found = label(&scene, 0).is_some_and(|found| found.about == one.about);
            assert!(found, "{} does not fire", one.id);
            let read = crate::read(&format!("{}\nBoats have a name and a length.", one.example)).summary;
            let kept: Vec<_> = read.entities.iter().map(|entity| entity.name.as_str()).collect();
            assert_eq!(kept, ["boat"], "{}", one.id);
        }
    }

    #[test]
    fn with_values_behind_it_a_label_is_a_record() {
        for (request, kept) in [
            ("Contact: name, phone, email", "contact"),
            ("Project: title, budget, deadline", "project"),
            ("Question: text, points, level", "question"),
        ] {
            let read = crate::read(request).summary;
            assert!(read.entities.iter().any(|entity| entity.name == kept), "{request}");
        }
    }
}
