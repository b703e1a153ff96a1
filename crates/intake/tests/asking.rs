//! Questions and answers: every answer that is offered changes the blueprint as it says, loads, and is kept with the request.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::Path;

use intake::{Question, Reading, read, with_answer, without_answers};

const SAAS: &str = "We run a boat club. Boats have a name and a length. Each trip has a boat, a date and a distance.";

fn answered(request: &str, id: &str, choice: &str) -> Reading {
    let reading = read(request);
    let question = reading.questions.iter().find(|one| one.id == id);
    let question = question.unwrap_or_else(|| panic!("no {id} in {:?}", reading.questions));
    read(&with_answer(request, question, choice).unwrap())
}

/// Every request of the cases, and those of the sentences that hold one a line.
/// Names a service as people do who only tell of it, and as some do who want it.
const CHOIR: &str = "We are a choir of forty people and meet on Thursdays in the old school behind the church. Songs have a title, a \
    composer and a year. Rehearsals have a date, a place and a leader, and each rehearsal has many songs. Members have a name, a \
    voice and a birthday. Video calls with the conductor are a habit of the altos. The tea is made by whoever comes first, \
    and nobody has ever been late twice.";

fn requests() -> Vec<String> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let folders = fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<String> = folders.map(|folder| fs::read_to_string(folder.join("request.txt")).unwrap()).collect();
    all.sort();
    all.push(SAAS.to_owned());
    all.push(CHOIR.to_owned());
    all.push("Our choir keeps songs (title, composer) and rehearsals with a date. Attendance is noted.".to_owned());
    all
}

#[test]
fn every_answer_loads_and_changes_what_is_built_and_reads_as_the_same_again() {
    let (mut asked, mut kinds) = (0, Vec::new());
    for request in requests() {
        let reading = read(&request);
        assert!(reading.questions.len() <= 3);
        if !reading.understood() {
            continue;
        }
        for question in &reading.questions {
            asked += 1;
            kinds.push(question.id.split('.').next().unwrap().to_owned());
            for (place, choice) in question.choices().enumerate() {
                let text = with_answer(&request, question, Question::word(choice)).unwrap();
                let other = read(&text);
                let place_in = |reading: &Reading| {
                    let body = reading.blueprint.split_once("[api]").map(|(_, body)| body.to_owned());
                    body.unwrap_or_default()
                };
                let told = format!("{}: {choice}\n{}", question.id, other.blueprint);
                assert!(blueprint::load(&other.blueprint).is_ok(), "{told}");
                assert_eq!(place_in(&reading) == place_in(&other), place == 0, "{told}");
                // The name of the app is that of the folder, which is looked for before anything is asked.
                let app = |reading: &Reading| blueprint::load(&reading.blueprint).unwrap().app;
                assert_eq!(app(&reading).name, app(&other).name);
                assert!(other.questions.iter().all(|left| left.id != question.id), "{told}");
                assert_eq!(other.answers.len(), 1, "{told}");
                assert_eq!(other.answers[0].answer, choice);
                // The request that the blueprint keeps is all that is needed to make it again.
                let kept = app(&other).request.unwrap();
                assert_eq!(read(&kept).blueprint, other.blueprint);
                assert_eq!(without_answers(&kept), request.trim_end());
                assert!(kept.contains(&format!("Answered: {choice} [")), "{kept}");
            }
        }
    }
    let documented = include_str!("../../../docs/questions.md");
    assert!(kinds.iter().all(|kind| documented.contains(&format!("| `{kind}"))), "{kinds:?}");
    for kind in ["rights", "share", "own", "keep", "tie", "sign_up", "use"] {
        assert!(kinds.iter().any(|found| found == kind), "no {kind} among {kinds:?}");
    }
    assert!(asked > 10);
}

#[test]
fn who_sees_what_is_asked_of_those_who_speak_for_several() {
    let shared = answered(SAAS, "share", "all");
    let blueprint = blueprint::load(&shared.blueprint).unwrap();
    assert!(blueprint.entities.iter().all(|entity| !entity.owned), "{}", shared.blueprint);
    assert!(shared.blueprint.contains("sign_up = \"invite\""), "{}", shared.blueprint);
    assert!(shared.summary.access.iter().any(|one| one.role == "user" && one.action == "manage"));
    assert!(shared.assumptions.iter().all(|one| one.why != "access.owner"), "{:?}", shared.assumptions);
    let two = read("I run a small salon with my sister Kate. Clients have a name and a phone.");
    assert!(two.questions.iter().any(|one| one.id == "share"), "{:?}", two.questions);
    let alone = read("I keep my boats: name and length.");
    assert!(alone.questions.iter().all(|one| one.id != "share"), "{:?}", alone.questions);
}

#[test]
fn a_record_in_doubt_is_kept_when_somebody_says_so() {
    let request = requests().into_iter().find(|request| request.contains("QuickBooks at the end")).unwrap();
    let reading = answered(&request, "keep.invoice", "yes");
    assert!(reading.summary.entities.iter().any(|entity| entity.name == "invoice"), "{}", reading.blueprint);
    let reading = answered(&request, "keep.invoice", "no");
    assert!(reading.summary.entities.iter().all(|entity| entity.name != "invoice"), "{}", reading.blueprint);
}

const SCHOOL: &str = "I run a driving school with 7 instructors. Learners have name, phone, email and date of birth and they buy packages of \
    lessons - actually scratch packages, they just pay per lesson. Lessons are with one instructor in one car, start time, \
    duration in minutes, pick-up place, and price. Cars: plate, transmission manual or automatic, next inspection date. \
    Each lesson can be planned, done, missed or cancelled. After every lesson the instructor rates some skills (parking, \
    roundabouts, motorway and so on) from 1 to 5. I first wanted reminders by WhatsApp but SMS is fine, the day before at \
    6 pm. Learners have theory tests too; hmm, no, the theory is at the ministry, forget about that. But driving tests \
    yes: date, test centre, passed or failed. When someone passes, send them a congratulation e-mail with a link to review \
    us. Instructors should only see their own lessons. And every Sunday evening each instructor gets next week's lessons \
    by email.";
const CREWS: &str = "I need something to keep track of my landscaping crews, the jobs they do for our clients and the machines they take along.";

/// What is kept because somebody said so hangs on who was named before it; what hangs on nothing is told.
#[test]
fn a_record_that_an_answer_leaves_alone_is_tied_or_told() {
    let question = |reading: &intake::Reading, id: &str| {
        let found = reading.questions.iter().find(|one| one.id == id);
        found.cloned().unwrap_or_else(|| panic!("no {id} among {:?}", reading.questions))
    };
    let both = |request: &str, answers: &[(&str, &str)]| {
        let said = answers.iter().fold(request.to_owned(), |said, (id, choice)| {
            with_answer(&said, &question(&read(&said), id), choice).unwrap()
        });
        read(&said)
    };
    let school = both(SCHOOL, &[("keep.purchase", "yes"), ("keep.skill", "no")]);
    assert!(
        school.summary.relations.iter().any(|one| one.to == "purchase" && one.from == "learner"),
        "{}",
        school.blueprint
    );
    assert!(school.assumptions.iter().all(|one| one.why != "answer.alone"), "{:?}", school.assumptions);
    let crews = both(CREWS, &[("tie.job.landscaping_crew", "no")]);
    let told = crews.assumptions.iter().filter(|one| one.why == "answer.alone");
    let told: Vec<(&str, &str)> = told.map(|one| (one.what.as_str(), one.text.as_str())).collect();
    assert!(told.contains(&("/entity/job", "a job hangs on no other record, as it was answered")), "{told:?}");
}

#[test]
fn a_service_that_is_only_spoken_of_is_used_when_somebody_says_so() {
    assert_eq!(read(CHOIR).summary.integrations, [""; 0]);
    assert_eq!(answered(CHOIR, "use.video", "yes").summary.integrations, ["video"]);
    assert_eq!(answered(CHOIR, "use.video", "no").summary.integrations, [""; 0]);
}

#[test]
fn an_answer_to_nothing_is_told_and_the_last_of_two_counts() {
    let said = format!("{SAAS}\n\nAsked: Who? [nobody]\nAnswered: me [me]");
    let reading = read(&said);
    assert!(reading.unplaced.iter().any(|left| left.note == "an answer to nothing that is asked"), "{reading:?}");
    assert!(reading.answers.is_empty());
    let question = read(SAAS).questions.into_iter().find(|one| one.id == "share").unwrap();
    assert_eq!(with_answer(SAAS, &question, "perhaps"), None);
    let twice = with_answer(&with_answer(SAAS, &question, "all").unwrap(), &question, "own").unwrap();
    assert_eq!(read(&twice).answers[0].choice, "own");
}
