//! Each state of the tokenizer, on small inputs.

use super::recorder::Recorder;
use super::*;

fn tokens_in(state: State, last_start_tag: &str, page: &str) -> Vec<String> {
    let page = normalise_newlines(page);
    let recorder = Recorder::new(page.contains("<svg"));
    Tokenizer::new(&page, recorder).starting_in(state, last_start_tag).run().tokens()
}

fn tokens(page: &str) -> Vec<String> {
    tokens_in(State::Data, "", page)
}

#[test]
fn takes_lone_less_than_signs_for_text() {
    assert_eq!(tokens("a < b <3 <= <"), ["text a < b <3 <= <"]);
    assert_eq!(tokens("a</"), ["text a</"]);
    assert_eq!(tokens("a</>b"), ["text ab"]);
}
