//! The request cut into blocks: paragraphs, bullets and their headings.
//!
//! A bullet is a block of its own and knows the block above it that it stands under.

use std::collections::HashMap;

use crate::tokens::Span;

/// A paragraph, a bullet or a heading.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The words, without the bullet sign.
    pub span: Span,
    pub bullet: bool,
    /// The heading or outer bullet that this one stands under.
    pub parent: Option<usize>,
}

struct Line {
    span: Span,
    indent: usize,
    bullet: bool,
    heading: bool,
}

/// Cuts a request into blocks. Second, the paragraphs that a mail program wrote: nothing is asked for there.
pub(crate) fn blocks(request: &str) -> (Vec<Block>, Vec<Span>) {
    let (lines, boilerplate) = lines(request);
    let mut lines = join_wrapped(request, lines);
    indented(request, &mut lines);
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new(); // (indent, block) of the bullets and headings still open
    for (index, line) in lines.iter().enumerate() {
        let level = if line.bullet { line.indent + 1 } else { 0 };
        open.retain(|(indent, _)| *indent < level);
        let parent = if line.bullet { open.last().map(|(_, block)| *block) } else { None };
        let introduces = lines.get(index + 1).is_some_and(|next| next.bullet && next.indent + 1 > level);
        if introduces || line.heading {
            open.push((level, blocks.len()));
        }
        blocks.push(Block { span: line.span, bullet: line.bullet, parent });
    }
    (blocks, boilerplate)
}

fn lines(request: &str) -> (Vec<Line>, Vec<Span>) {
    let mut found = Vec::new();
    let mut boilerplate: Vec<Span> = Vec::new();
    let mut within = false;
    let mut at = 0;
    let speakers = speakers(request);
    let series = series(request);
    let counted =
        |line: &str| serial(line).is_some_and(|(letters, _)| series.get(letters).is_some_and(|lines| *lines >= 2));
    for raw in request.split('\n') {
        let indent = raw.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum();
        let body = raw.trim_start();
        if signature(body) {
            at += raw.len() + 1;
            continue;
        }
        let start = at + (raw.len() - body.len());
        // It goes on to the next empty line: what stands below may be the request.
        within = !body.is_empty() && (within || is_boilerplate(body));
        if within {
            let end = start + body.trim_end().len();
            match boilerplate.last_mut().filter(|last| {
                request.get(last.end..start).is_some_and(|gap| gap.trim().is_empty() && gap.matches('\n').count() == 1)
            }) {
                Some(last) => last.end = end,
                None => boilerplate.push(Span { start, end }),
            }
            at += raw.len() + 1;
            continue;
        }
        // "[12:03] Anna: ".
        let said = body.get(stamp(body)..).unwrap_or("");
        let spoken = speakers.iter().find(|name| said.starts_with(name.as_str())).map(|name| stamp(body) + name.len());
        let marker = match spoken.unwrap_or_else(|| bullet_length(body)) {
            0 if counted(body) => serial(body).map_or(0, |(_, length)| length),
            length => length,
        };
        let heading = body.starts_with('#');
        let hashes = if heading { body.len() - body.trim_start_matches(['#', ' ']).len() } else { 0 };
        let text = body.get(marker.max(hashes)..).unwrap_or("");
        let start = start + marker.max(hashes) + (text.len() - text.trim_start().len());
        let text = text.trim();
        if !text.is_empty() {
            let span = Span { start, end: start + text.len() };
            found.push(Line { span, indent, bullet: marker > 0 && stamp(body) == 0, heading });
        }
        at += raw.len() + 1;
    }
    (found, boilerplate)
}

/// "Anna: ", "Ben: ": who speaks in a chat that was pasted, where two speak and each of them twice.
fn speakers(request: &str) -> Vec<String> {
    let name = |line: &str| {
        // "Book: title" names what a book has.
        let (name, _) = line.split_once(": ").filter(|(_, said)| said.split_whitespace().count() >= 3)?;
        let word = name.chars().all(char::is_alphabetic) && name.starts_with(char::is_uppercase);
        (word && name.chars().count() <= 12).then(|| format!("{name}: "))
    };
    let line = |line: &str| name(line.get(stamp(line)..).unwrap_or(""));
    let all: Vec<String> = request.lines().filter_map(|one| line(one.trim_start())).collect();
    let mut found: Vec<String> = Vec::new();
    for one in &all {
        if !found.contains(one) && all.iter().filter(|other| *other == one).count() >= 2 {
            found.push(one.clone());
        }
    }
    if found.len() >= 2 { found } else { Vec::new() }
}

/// "Sent from my phone": what was sent goes on below it, or is more than that.
fn signature(line: &str) -> bool {
    let words: Vec<String> = line.to_lowercase().split_whitespace().map(str::to_owned).collect();
    words.len() <= 5
        && matches!(words.as_slice(), [sent, from, my, ..] if sent == "sent" && from == "from" && my == "my")
}

/// What a mail program writes under every mail: nothing is asked for there.
fn is_boilerplate(line: &str) -> bool {
    let start: String = line.chars().filter(|c| c.is_alphanumeric() || *c == ' ').take(40).collect();
    let start = start.trim_start().to_lowercase();
    ["confidentiality notice", "this email and any attachments", "this message and its attachments"]
        .iter()
        .any(|phrase| start.starts_with(phrase))
}

/// Lines set in under a short line are its bullets, with or without a sign.
fn indented(request: &str, lines: &mut [Line]) {
    for at in 1..lines.len() {
        let Some([above, line]) = lines.get(at - 1..=at) else { continue };
        let short = above.span.end - above.span.start <= 40;
        let between = request.get(above.span.end..line.span.start).unwrap_or("");
        let next = between.matches('\n').count() == 1 && !line.bullet && !line.heading;
        let under = !above.bullet && short && line.indent > above.indent;
        let beside = above.bullet && line.indent == above.indent && line.indent > 0;
        if next
            && (under || beside)
            && let Some(line) = lines.get_mut(at)
        {
            line.bullet = true;
        }
    }
}

/// Above this, an editor may have broken a line.
const NARROW: usize = 64;

/// "ward: name, floor", "Ward (name, floor)", "farm > herds": a line that starts a list of its own.
fn starts_list(line: &str) -> bool {
    let head = line.find([':', '(', '>', '=', '|']).and_then(|at| line.get(..at)).filter(|head| head.len() <= 40);
    head.is_some_and(|head| {
        let words = head.split_whitespace().count();
        (1..=5).contains(&words) && !head.contains([',', '.', ';'])
    })
}

/// A line that goes on in lower case belongs to the paragraph above it.
fn join_wrapped(request: &str, lines: Vec<Line>) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::new();
    let widest =
        lines.iter().map(|line| line.indent + line.span.end - line.span.start).max().unwrap_or(0).clamp(50, NARROW);
    for line in lines {
        let text = |line: &Line| request.get(line.span.start..line.span.end).unwrap_or("");
        let goes_on = text(&line).chars().next().is_some_and(char::is_lowercase) && !line.bullet && !line.heading;
        let last = |above: &Line| text(above).rsplit('\n').next().unwrap_or("").len();
        // An editor breaks where the next word has no room.
        let first = text(&line).split_whitespace().next().unwrap_or("").len();
        let room = |above: &Line| last(above) + above.indent + 1 + first < widest;
        let open = |above: &Line| text(above).ends_with([',', '(', '-', '/']);
        match joined.last_mut() {
            Some(above)
                if goes_on
                    && !above.heading
                    && !text(above).ends_with(['.', '!', '?', ':', ';'])
                    && text(above).len() > 30
                    && (open(above) || !room(above) && !starts_list(text(&line))) =>
            {
                above.span.end = line.span.end
            }
            _ => joined.push(line),
        }
    }
    joined
}

/// The length of "- ", "* ", "1. ", "2) ", "[ ] " at the start of a line.
fn bullet_length(line: &str) -> usize {
    let sign = line.chars().next().filter(|c| "-*•·+–—▪◦‣".contains(*c));
    let mut length = match sign {
        Some(sign) if line.get(sign.len_utf8()..).is_some_and(|rest| rest.starts_with(char::is_whitespace)) => {
            sign.len_utf8()
        }
        Some(_) => return 0,
        None if stamp(line) > 0 => return stamp(line),
        None if numbered(line) > 0 => numbered(line),
        None => {
            let digits = line.chars().take_while(char::is_ascii_digit).count();
            let rest = line.get(digits..).unwrap_or("");
            let ends =
                rest.starts_with(['.', ')']) && rest.get(1..).is_some_and(|r| r.starts_with(char::is_whitespace));
            if digits == 0 || digits > 2 || !ends {
                return 0;
            }
            digits + 1
        }
    };
    let rest = line.get(length..).unwrap_or("");
    length += rest.len() - rest.trim_start().len();
    for tick in ["[ ] ", "[x] "] {
        if line.get(length..).is_some_and(|rest| rest.starts_with(tick)) {
            length += tick.len();
        }
    }
    length
}

/// A picture before a line, "Q1.", "R12:", "a)": as good as a bullet sign.
fn numbered(line: &str) -> usize {
    let first = line.chars().next().unwrap_or(' ');
    let picture = ('\u{2190}'..'\u{fe00}').contains(&first) && !first.is_alphanumeric() || first >= '\u{1f000}';
    let length = if picture {
        line.find(char::is_whitespace).filter(|length| *length <= 16 && !line.starts_with("\u{3000}")).unwrap_or(0)
    } else {
        let letters = line.chars().take_while(char::is_ascii_alphabetic).count();
        let digits = line.get(letters..).unwrap_or("").chars().take_while(char::is_ascii_digit).count();
        let rest = line.get(letters + digits..).unwrap_or("");
        let question = (1..=2).contains(&letters) && (1..=3).contains(&digits) && rest.starts_with(['.', ':', ')']);
        let letter = letters == 1 && digits == 0 && rest.starts_with(')');
        if question && first.is_ascii_uppercase() || letter { letters + digits + 1 } else { 0 }
    };
    let spaced = line.get(length..).is_some_and(|rest| rest.starts_with(char::is_whitespace));
    if spaced { length } else { 0 }
}

/// "REQ-12 ", "R3 ", "US-1: ", "2.3.1 ": the letters before the number of a paragraph, and the length of both.
fn serial(line: &str) -> Option<(&str, usize)> {
    let letters = line.chars().take_while(char::is_ascii_uppercase).count();
    let sign =
        usize::from(line.get(letters..).is_some_and(|rest| letters > 0 && rest.starts_with(['-', '_', '.', '#'])));
    let rest = line.get(letters + sign..).unwrap_or("");
    let number = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').count();
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    let dotted = rest.get(..number).is_some_and(|number| number.trim_end_matches('.').contains('.'));
    let named =
        (1..=5).contains(&letters) && (1..=4).contains(&digits) && number <= 8 || dotted && (1..=2).contains(&digits);
    let length = letters + sign + number;
    let closes = usize::from(line.get(length..).is_some_and(|rest| rest.starts_with([':', ')'])));
    let spaced = line.get(length + closes..).is_some_and(|rest| rest.starts_with(char::is_whitespace));
    let opens = line.get(length + closes..).is_some_and(|rest| rest.trim_start().starts_with(char::is_uppercase));
    (named && spaced && (letters > 0 || opens)).then(|| (line.get(..letters).unwrap_or(""), length + closes))
}

/// How many lines are numbered with the same letters; one alone may speak of a thing of that name.
fn series(request: &str) -> HashMap<&str, usize> {
    let mut lines = HashMap::new();
    for (letters, _) in request.split('\n').filter_map(|line| serial(line.trim_start())) {
        *lines.entry(letters).or_default() += 1;
    }
    lines
}

/// "[10:02] Ann: ": who wrote a line of a chat, and when.
fn stamp(line: &str) -> usize {
    let Some(rest) = line.strip_prefix('[') else { return 0 };
    let Some((time, said)) = rest.split_once(']') else { return 0 };
    let clock = time.len() <= 20 && time.contains(':') && time.chars().any(|c| c.is_ascii_digit());
    let Some((who, said)) = said.split_once(": ").filter(|_| clock) else { return 0 };
    let name =
        who.len() <= 30 && who.split_whitespace().count() <= 2 && who.trim_start().starts_with(char::is_uppercase);
    if name { line.len() - said.trim_start().len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(request: &str) -> Vec<(&str, Option<usize>)> {
        blocks(request).0.iter().map(|b| (&request[b.span.start..b.span.end], b.parent)).collect()
    }

    #[test]
    fn bullets_stand_under_their_heading() {
        assert_eq!(
            texts("Kennel app:\n- dogs:\n  - name\n  - breed\n- owners\n\nThanks"),
            [
                ("Kennel app:", None),
                ("dogs:", Some(0)),
                ("name", Some(1)),
                ("breed", Some(1)),
                ("owners", Some(0)),
                ("Thanks", None)
            ]
        );
    }

    #[test]
    fn numbers_are_bullets_and_wrapped_lines_are_not_cut() {
        assert_eq!(texts("1. Boats: length\n2) Piers"), [("Boats: length", None), ("Piers", None)]);
        let wrapped = "A long line that is wrapped by the editor of somebody's letters\nsomewhere.";
        assert_eq!(texts(wrapped).len(), 1);
    }

    #[test]
    fn lists_in_lower_case_are_lines_of_their_own() {
        assert_eq!(texts("kayaks: name, length, colour, year built\ntours: date, guide, price per head").len(), 2);
        assert_eq!(texts("a kayak has a name and a length in m\nguides lead tours").len(), 2);
    }

    #[test]
    fn pictures_letters_and_indents_are_bullets() {
        assert_eq!(
            texts("what i want ⬇️\n✨ kayaks: name\n🛶 tours: date"),
            [("what i want ⬇️", None), ("kayaks: name", Some(0)), ("tours: date", Some(0))]
        );
        assert_eq!(texts("Kayak\n  name\n  length"), [("Kayak", None), ("name", Some(0)), ("length", Some(0))]);
        assert_eq!(texts("Q1. What is a kayak?\na) a boat"), [("What is a kayak?", None), ("a boat", None)]);
    }

    #[test]
    fn numbers_of_requirements_are_no_words() {
        assert_eq!(
            texts("REQ-1 Kayaks have a name.\nREQ-2 Tours have a date."),
            [("Kayaks have a name.", None), ("Tours have a date.", None)]
        );
        assert_eq!(texts("1.1 Kayaks\n1.2 Tours"), [("Kayaks", None), ("Tours", None)]);
        assert_eq!(texts("A4 sheets have a colour.")[0].0, "A4 sheets have a colour.");
        assert_eq!(texts("2.5 metres of rope\nA rope has a length.")[0].0, "2.5 metres of rope");
    }

    #[test]
    fn what_looks_like_a_chat_or_the_end_of_a_mail_is_kept() {
        let books = "Book: title\nBook: author\nMember: name\nMember: email";
        assert_eq!(texts(books).iter().map(|(text, _)| *text).collect::<Vec<_>>(), books.lines().collect::<Vec<_>>());
        assert_eq!(texts("Sent from my phone\nKayaks have a name."), [("Kayaks have a name.", None)]);
        assert_eq!(
            texts("Sent from my shop to boats: crates, barrels")[0].0,
            "Sent from my shop to boats: crates, barrels"
        );
        let chat = "Ann: kayaks have a name\nBen: tours have a date\nAnn: thanks for all that\nBen: no need to thank";
        assert_eq!(texts(chat)[0].0, "kayaks have a name");
    }

    #[test]
    fn what_a_mail_program_wrote_ends_with_its_paragraph() {
        let request = "Kayaks have a name.\n\nConfidentiality notice: for the addressee\nonly.\n\nTours have a date.";
        assert_eq!(texts(request), [("Kayaks have a name.", None), ("Tours have a date.", None)]);
        let left: Vec<&str> = blocks(request).1.iter().map(|span| &request[span.start..span.end]).collect();
        assert_eq!(left, ["Confidentiality notice: for the addressee\nonly."]);
    }

    #[test]
    fn who_wrote_a_line_of_a_chat_is_no_part_of_it() {
        assert_eq!(texts("[10:02] Ann: kayaks have a name"), [("kayaks have a name", None)]);
    }
}
