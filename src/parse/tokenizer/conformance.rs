//! Comparison with html5ever's tokenizer on the html5lib tests and on real pages.
//!
//! Both lie outside of the repository: the tests run when `TAMIS_SHARED` names the folder that holds
//! `html5lib-tests` and `corpus`, and pass without doing anything otherwise.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    self as html5ever_tokenizer, BufferQueue, Token, TokenSink, TokenSinkResult, TokenizerOpts, states,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use serde_json::Value;

use super::recorder::Recorder;
use super::{State, Tokenizer, normalise_newlines};
use crate::parse::keep::Retention;
use crate::parse::outline::outline;
use crate::parse::sink::Sink;
use crate::parse::{Dom, Limits, parse_keeping};

fn shared(folder: &str) -> Option<PathBuf> {
    Some(PathBuf::from(std::env::var_os("TAMIS_SHARED")?).join(folder))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = entries.filter(|path| path.to_string_lossy().ends_with(extension)).collect();
    files.sort();
    files
}

/// Runs html5ever's tokenizer.
pub(in crate::parse) fn run_html5ever<S: TokenSink>(page: &str, sink: S, options: TokenizerOpts) -> S {
    let tokenizer = html5ever_tokenizer::Tokenizer::new(sink, options);
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(page));
    while !matches!(tokenizer.feed(&queue), html5ever::TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink
}

/// The tree by html5ever's tokenizer and tree builder, without guard.
pub(in crate::parse) fn parse_by_html5ever(page: &str, retention: Retention) -> Dom {
    let sink = Sink::new(Dom::new(), &Limits::default(), retention, page.len());
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let builder = WithoutErrors(TreeBuilder::new(sink, options));
    run_html5ever(page, builder, TokenizerOpts::default()).0.sink.finish()
}

/// Keeps parse errors from html5ever's tree builder, which takes one between `<pre>` and a line feed for the token
/// that it waits for.
struct WithoutErrors<S>(S);

impl<S: TokenSink> TokenSink for WithoutErrors<S> {
    type Handle = S::Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<S::Handle> {
        match token {
            Token::ParseError(_) => TokenSinkResult::Continue,
            token => self.0.process_token(token, line),
        }
    }

    fn end(&self) {
        self.0.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.0.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

fn parse_by_tamis(page: &str, retention: Retention) -> Dom {
    parse_keeping(page, &Limits::default(), Dom::new(), retention).expect("within the limits")
}

/// Both trees of a page, in full and as the later steps get them.
pub(in crate::parse) fn assert_same_trees(page: &str, name: &str) {
    for retention in [Retention::Everything, Retention::Article] {
        let (ours, theirs) = (parse_by_tamis(page, retention), parse_by_html5ever(page, retention));
        let (ours, theirs) = (outline(&ours), outline(&theirs));
        if ours != theirs {
            let at = ours.lines().zip(theirs.lines()).position(|(one, other)| one != other).unwrap_or(0);
            let around =
                |tree: &str| tree.lines().skip(at.saturating_sub(5)).take(12).collect::<Vec<_>>().join("\n");
            panic!("{name}, {retention:?}: tamis\n{}\nhtml5ever\n{}", around(&ours), around(&theirs));
        }
    }
}

/// One test of html5lib, in one of its initial states.
pub(super) struct TokenTest {
    description: String,
    input: String,
    expected: Vec<String>,
    state: State,
    last_start_tag: String,
}

impl TokenTest {
    /// A test that expects nothing: for comparisons.
    pub fn new(input: &str, state: State, last_start_tag: &str) -> TokenTest {
        TokenTest {
            description: String::new(),
            input: input.to_owned(),
            expected: Vec::new(),
            state,
            last_start_tag: last_start_tag.to_owned(),
        }
    }

    pub fn by_tamis(&self) -> Vec<String> {
        let page = normalise_newlines(&self.input);
        Tokenizer::new(&page, Recorder::default())
            .starting_in(self.state, &self.last_start_tag)
            .run()
            .tokens()
    }

    pub fn by_html5ever(&self) -> Vec<String> {
        let initial_state = match self.state {
            State::Data => states::Data,
            State::Rcdata => states::RawData(states::Rcdata),
            State::Rawtext => states::RawData(states::Rawtext),
            State::ScriptData => states::RawData(states::ScriptData),
            State::Plaintext => states::Plaintext,
            State::CdataSection => states::CdataSection,
        };
        let last_start_tag_name = Some(self.last_start_tag.clone()).filter(|name| !name.is_empty());
        let options = TokenizerOpts {
            initial_state: Some(initial_state),
            last_start_tag_name,
            discard_bom: false,
            ..TokenizerOpts::default()
        };
        run_html5ever(&self.input, Recorder::default(), options).tokens()
    }
}

/// Undoes the second escaping that some tests have; nothing for what no `str` can hold.
fn unescape(text: &str, double_escaped: bool) -> Option<String> {
    if !double_escaped {
        return Some(text.to_owned());
    }
    serde_json::from_str(&format!("\"{}\"", text.replace('"', "\\\""))).ok()
}

fn expected_line(token: &Value, unescape: &impl Fn(&Value) -> Option<String>) -> Option<String> {
    let part = |index: usize| match &token[index] {
        Value::Null => Some("-".to_owned()),
        text => Some(format!("\"{}\"", unescape(text)?)),
    };
    Some(match token[0].as_str()? {
        "DOCTYPE" => {
            let quirks = if token[4] == Value::Bool(false) { " quirks" } else { "" };
            format!("doctype {} {} {}{quirks}", part(1)?, part(2)?, part(3)?)
        }
        "StartTag" => {
            let attributes = token[2].as_object()?.iter();
            let attributes: Option<String> = attributes
                .map(|(name, value)| {
                    Some(format!(" {}=\"{}\"", unescape(&Value::from(name.as_str()))?, unescape(value)?))
                })
                .collect();
            format!(
                "<{}{}{}>",
                unescape(&token[1])?,
                attributes?,
                if token[3] == Value::Bool(true) { " /" } else { "" }
            )
        }
        "EndTag" => format!("</{}>", unescape(&token[1])?),
        "Comment" => format!("comment {}", unescape(&token[1])?),
        _ => format!("text {}", unescape(&token[1])?),
    })
}

fn state_named(name: &str) -> State {
    match name {
        "PLAINTEXT state" => State::Plaintext,
        "RCDATA state" => State::Rcdata,
        "RAWTEXT state" => State::Rawtext,
        "Script data state" => State::ScriptData,
        "CDATA section state" => State::CdataSection,
        _ => State::Data,
    }
}

fn token_tests(test: &Value) -> Option<Vec<TokenTest>> {
    let unescaped = |text: &Value| unescape(text.as_str()?, test["doubleEscaped"] == Value::Bool(true));
    let input = unescaped(&test["input"])?;
    let expected: Option<Vec<_>> =
        test["output"].as_array()?.iter().map(|token| expected_line(token, &unescaped)).collect();
    let expected = expected?;
    let states = test["initialStates"]
        .as_array()
        .map_or(vec![State::Data], |names| names.iter().filter_map(Value::as_str).map(state_named).collect());
    let build = |state| TokenTest {
        description: test["description"].to_string(),
        input: input.clone(),
        expected: expected.clone(),
        state,
        last_start_tag: test["lastStartTag"].as_str().unwrap_or("").to_owned(),
    };
    Some(states.into_iter().map(build).collect())
}

#[test]
fn cuts_the_tokens_that_html5lib_expects() {
    let Some(folder) = shared("html5lib-tests/tokenizer") else { return };
    let (mut passed, mut passed_by_html5ever, mut skipped) = (0, 0, 0);
    let mut failed = Vec::new();
    for file in files(&folder, ".test") {
        let json: Value = serde_json::from_slice(&fs::read(&file).expect("readable")).expect("JSON");
        for test in json["tests"].as_array().into_iter().flatten() {
            let Some(tests) = token_tests(test) else {
                skipped += 1;
                continue;
            };
            for test in tests {
                passed_by_html5ever += usize::from(test.by_html5ever() == test.expected);
                let ours = test.by_tamis();
                if ours == test.expected {
                    passed += 1;
                } else {
                    failed.push(format!(
                        "{} {:?} {:?}: {ours:?}, not {:?}",
                        test.description, test.state, test.input, test.expected
                    ));
                }
            }
        }
    }
    println!("tokenizer tests: {passed} passed, {passed_by_html5ever} by html5ever, {skipped} skipped");
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

/// Attributes in a namespace are dropped, and html5ever leaves it to the sink to fill `<selectedcontent>`.
const KNOWN_DIFFERENCES: [&str; 3] = ["xlink:", "xml:", "selectedcontent"];

/// The arena keeps of a DOCTYPE its name at most.
fn without_doctype_identifiers(tree: &str) -> String {
    let lines = tree.lines().map(|line| match line.split_once(" \"") {
        Some((name, _)) if line.starts_with("| <!DOCTYPE") => format!("{name}>"),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The `#data` parts of a tree-construction file with their expected trees; fragments are left out.
fn tree_tests(file: &str) -> Vec<(String, Option<String>)> {
    let mut tests = Vec::new();
    for test in format!("\n{file}").split("\n#data\n").skip(1) {
        let Some((data, rest)) = test.split_once("\n#errors") else { continue };
        let is_document_without_script =
            !rest.contains("\n#document-fragment\n") && !rest.contains("\n#script-on\n");
        let tree = rest.split_once("\n#document\n").map(|(_, tree)| tree.trim_end_matches('\n').to_owned());
        tests.push((data.to_owned(), tree.filter(|_| is_document_without_script)));
    }
    tests
}

/// The pages of the tree-construction tests and the inputs of the tokenizer tests; none without `TAMIS_SHARED`.
pub(super) fn html5lib_inputs() -> Vec<String> {
    let read = |path: PathBuf| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    let folder = |name: &str| shared(&format!("html5lib-tests/{name}")).unwrap_or_default();
    let trees = files(&folder("tree-construction"), ".dat").into_iter().map(read);
    let pages = trees.flat_map(|file| tree_tests(&file)).map(|(data, _)| data);
    let tokens = files(&folder("tokenizer"), ".test").into_iter().map(read);
    let tokens = tokens.filter_map(|file| serde_json::from_str::<Value>(&file).ok()).flat_map(|file| {
        let tests = file["tests"].as_array().cloned().unwrap_or_default();
        tests.into_iter().filter_map(|test| test["input"].as_str().map(str::to_owned))
    });
    pages.chain(tokens).collect()
}

#[test]
fn builds_the_trees_that_html5ever_builds_of_the_html5lib_tests() {
    let Some(folder) = shared("html5lib-tests/tree-construction") else { return };
    let (mut compared, mut expected_trees, mut as_expected) = (0, 0, 0);
    for file in files(&folder, ".dat") {
        let text = fs::read(&file).expect("readable");
        for (data, expected) in tree_tests(&String::from_utf8_lossy(&text)) {
            assert_same_trees(&data, &format!("{}: {data:?}", file.display()));
            compared += 1;
            let Some(expected) = expected else { continue };
            expected_trees += 1;
            let ours = outline(&parse_by_tamis(&data, Retention::Everything));
            if ours.trim_end() == without_doctype_identifiers(&expected) {
                as_expected += 1;
            } else {
                let is_known = KNOWN_DIFFERENCES.iter().any(|part| data.contains(part));
                assert!(is_known, "{}: {data:?}\n{ours}\nnot\n{expected}", file.display());
            }
        }
    }
    println!(
        "tree-construction inputs: {compared} same trees; {as_expected} of {expected_trees} as html5lib expects"
    );
    assert!(compared > 1000);
}

/// Pages of the corpus, unpacked.
pub(in crate::parse) fn corpus_pages(corpus: &str) -> impl Iterator<Item = (PathBuf, String)> {
    let folders = shared("corpus").map(|folder| files(&folder, "")).unwrap_or_default();
    let folders = folders.into_iter().filter(move |folder| corpus.is_empty() || folder.ends_with(corpus));
    folders.flat_map(|folder| files(&folder.join("html"), ".html.gz")).map(|path| {
        let unpacked = Command::new("gzip").arg("-dc").arg(&path).output().expect("gzip runs");
        (path, String::from_utf8_lossy(&unpacked.stdout).into_owned())
    })
}

#[test]
fn builds_the_trees_that_html5ever_builds_of_real_pages() {
    let (mut compared, mut deepest) = (0, 0);
    for (path, page) in corpus_pages("") {
        assert_same_trees(&page, &path.display().to_string());
        compared += 1;
        deepest = deepest.max(parse_by_tamis(&page, Retention::Article).deepest());
    }
    println!("real pages: {compared} same trees, {deepest} levels at most");
}
