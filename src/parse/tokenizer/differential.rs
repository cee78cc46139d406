//! A differential fuzzer: random changes of the html5lib inputs, tokens and trees compared with html5ever's.
//!
//! `TAMIS_SHARED=../shared TAMIS_FUZZ_SECONDS=3600 cargo test --lib differential -- --ignored --nocapture`; without
//! `TAMIS_SHARED` a few seeds of its own are changed. `TAMIS_FUZZ_SEED` chooses another course. Every test run takes a
//! short turn. The first difference ends the run and shows the page.

use std::time::{Duration, Instant};

use super::State;
use super::conformance::{TokenTest, assert_same_trees, html5lib_inputs};

/// Longer pages are cut: beyond some sixty open tags the guard flattens on purpose.
const MAX_BYTES: usize = 240;
const MAX_TAGS: usize = 56;

/// Changes of a seed at most.
const MAX_CHANGES: u64 = 6;

/// The round of every test run.
const SHORT: Duration = Duration::from_millis(300);

const OWN_SEEDS: [&str; 6] = [
    "<!doctype html><title>a&amp;b</title><p class=x id='y'>one<br>two</p>",
    "<table><tr><td>x<b>y</td></b><p>z</table><!-- c --!>",
    "<svg><![CDATA[a]]><foreignObject><p>x</foreignObject></svg><math><mi>y",
    "<script><!--<script>a</script>--></script><style>p{}</style><textarea>&lt;\n</textarea>",
    "<select><option>a<optgroup><template><td>x</template></select>",
    "<a href=x><div><a>y</a></div>&notit;&#x80;&#0;\0\r\n",
];

/// What a change inserts: what begins, ends and confuses tokens.
const PIECES: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "<!",
    "<!--",
    "-->",
    "--!>",
    "<!-",
    "-",
    "--",
    "=",
    "\"",
    "'",
    "`",
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\u{c}",
    "&",
    "&amp",
    "&amp;",
    "&lt",
    "&notin;",
    "&not",
    "&#",
    "&#x",
    "&#65",
    "&#x41;",
    "&#128;",
    "&#xD800;",
    ";",
    "é",
    "\u{feff}",
    "日",
    "<?",
    "]]>",
    "<![CDATA[",
    "<!doctype ",
    "<!DOCTYPE html PUBLIC '",
    "SYSTEM \"",
    "<a",
    "<b>",
    "</b>",
    "<p>",
    "</p>",
    "<br/>",
    "<script>",
    "</script>",
    "</script ",
    "<style>",
    "</style>",
    "<title>",
    "</title>",
    "<textarea>",
    "</textarea>",
    "<plaintext>",
    "<xmp>",
    "<iframe>",
    "<noembed>",
    "<noframes>",
    "<svg>",
    "</svg>",
    "<math>",
    "<mi>",
    "<annotation-xml encoding='text/html'>",
    "<foreignObject>",
    "<desc>",
    "<table>",
    "<tr>",
    "<td>",
    "<th>",
    "<caption>",
    "<col>",
    "<select>",
    "<option>",
    "<template>",
    "</template>",
    "<frameset>",
    "<body a=b>",
    "<html c>",
    "<head>",
    "</body>",
    "</html>",
    " a=b",
    " A='x'",
    " a",
    "/",
    "<h1>",
    "<li>",
    "<dd>",
    "<button>",
    "<form>",
    "<input type=hidden>",
    "<image>",
    "<nobr>",
    "<font size=1>",
    "<ruby><rt>",
    "<hr>",
    "<pre>\n",
    "x",
    "K",
];

const STATES: [State; 6] =
    [State::Data, State::Rcdata, State::Rawtext, State::ScriptData, State::Plaintext, State::CdataSection];

/// Numbers by chance (xorshift64*, Vigna 2016), the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit.max(1)
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len() as u64) as usize]
    }

    /// A place between two characters.
    fn place(&mut self, text: &str) -> usize {
        let place = self.below(text.len() as u64 + 1) as usize;
        text.floor_char_boundary(place)
    }
}

fn change(page: &mut String, seeds: &[&str], chance: &mut Chance) {
    let (one, other) = (chance.place(page), chance.place(page));
    let (start, end) = (one.min(other), one.max(other));
    match chance.below(6) {
        0..=2 => page.insert_str(start, chance.of(PIECES)),
        3 => page.replace_range(start..page.floor_char_boundary(end.min(start + 8)), ""),
        4 => {
            let copied: String = page[start..page.floor_char_boundary(end.min(start + 24))].into();
            page.insert_str(end, &copied);
        }
        _ => {
            let seed = chance.of(seeds);
            let (one, other) = (chance.place(seed), chance.place(seed));
            page.insert_str(start, &seed[one.min(other)..one.max(other)]);
        }
    }
}

fn shorten(page: &mut String) {
    let tags = page.match_indices('<').nth(MAX_TAGS).map_or(page.len(), |(at, _)| at);
    page.truncate(page.floor_char_boundary(MAX_BYTES.min(tags)));
}

fn compare(page: &str, chance: &mut Chance) {
    let state = STATES[chance.below(STATES.len() as u64) as usize];
    let test = TokenTest::new(page, state, chance.of(&["script", "title", "style", "", "p"]));
    assert_eq!(test.by_tamis(), test.by_html5ever(), "tokens of {page:?} in {state:?}");
    assert_same_trees(page, &format!("{page:?}"));
}

fn run(duration: Duration, seed: u64) -> u64 {
    let inputs = html5lib_inputs();
    let seeds: Vec<&str> = OWN_SEEDS.into_iter().chain(inputs.iter().map(String::as_str)).collect();
    let mut chance = Chance(seed | 1);
    let (start, mut pages) = (Instant::now(), 0);
    while start.elapsed() < duration {
        let mut page = chance.of(&seeds).to_owned();
        for _ in 0..=chance.below(MAX_CHANGES) {
            change(&mut page, &seeds, &mut chance);
        }
        shorten(&mut page);
        compare(&page, &mut chance);
        pages += 1;
    }
    pages
}

#[test]
fn changed_pages_give_the_tokens_and_trees_of_html5ever() {
    assert!(run(SHORT, 1) > 0);
}

#[test]
#[ignore = "runs as long as it is told"]
fn differential_fuzzing() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seconds = number("TAMIS_FUZZ_SECONDS").unwrap_or(60);
    let seed = number("TAMIS_FUZZ_SEED").unwrap_or(1);
    let pages = run(Duration::from_secs(seconds), seed);
    println!("{pages} pages in {seconds} seconds from seed {seed}: no difference");
}
