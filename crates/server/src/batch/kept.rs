//! The answers of a batch as the one answer that is kept under its idempotency key, and back.

use store::StoreError;
use work::{Answer, Value};

/// What is kept of each answer: version, id and the length of its body.
const VALUES: usize = 3;

/// All answers as one.
pub(super) fn written(answers: &[Answer]) -> Answer {
    let captured = |answer: &Answer, place: usize| answer.captured.get(place).cloned().unwrap_or(Value::Null);
    let values =
        answers.iter().flat_map(|one| [captured(one, 0), captured(one, 1), Value::Integer(one.body.len() as i64)]);
    Answer {
        captured: values.collect(),
        body: answers.iter().flat_map(|one| &one.body).copied().collect(),
        ..Answer::default()
    }
}

/// The answers that were kept as one.
pub(super) fn read(kept: &Answer) -> Result<Vec<Answer>, StoreError> {
    let mut bodies = kept.body.as_slice();
    let mut answers = Vec::new();
    for values in kept.captured.chunks(VALUES) {
        let length = values.get(2).and_then(Value::as_integer).and_then(|length| usize::try_from(length).ok());
        let split = length.and_then(|length| bodies.split_at_checked(length));
        let (Some((body, rest)), [version, id, _]) = (split, values) else {
            return Err(StoreError::Broken { message: "a kept batch cannot be read".to_owned() });
        };
        bodies = rest;
        answers.push(Answer {
            body: body.to_vec(),
            rows: usize::from(!body.is_empty()),
            captured: vec![version.clone(), id.clone()],
            ..Answer::default()
        });
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_back_as_they_were() {
        let row = |id: i64, body: &str| Answer {
            body: body.into(),
            rows: usize::from(!body.is_empty()),
            captured: vec![Value::Integer(1), Value::Integer(id)],
            ..Answer::default()
        };
        let gone = Answer { captured: vec![Value::Null, Value::Null], ..Answer::default() };
        let answers = vec![row(1, "{\"a\":1}"), gone, row(3, "{\"a\":\"[,]\"}")];
        assert_eq!(read(&written(&answers)).unwrap(), answers);
        let mut cut = written(&answers);
        cut.body.pop();
        assert!(read(&cut).is_err());
    }
}
