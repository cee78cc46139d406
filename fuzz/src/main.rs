//! Fuzz targets: `TAMIS_FUZZ` names the one to run. `fuzz/run` builds and starts them.
//!
//! libFuzzer calls [`fuzz`] with inputs that it changes towards code that was never run. A panic, an arithmetic
//! overflow, a failed check, an input of seconds or gigabytes ends the run and leaves the input behind.

#![no_main]

mod checks;
mod pages;
mod sources;
mod tree;

use std::sync::OnceLock;

/// What a target does with an input.
type Target = fn(&[u8]);

/// All targets by name.
const TARGETS: [(&str, Target); 14] = [
    ("decode", pages::decode),
    ("parse", tree::compare),
    ("clean", pages::clean),
    ("clean_text", pages::clean_text),
    ("explain", pages::explain),
    ("date", pages::date),
    ("rules", sources::rules),
    ("config", sources::config),
    ("feed", sources::feed),
    ("sitemap", sources::sitemap),
    ("robots", sources::robots),
    ("warc", sources::warc),
    ("list", sources::list),
    ("name", sources::name),
];

fn chosen() -> Target {
    static CHOSEN: OnceLock<Target> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let name = std::env::var("TAMIS_FUZZ").unwrap_or_default();
        let target = TARGETS.iter().find(|(known, _)| *known == name);
        target
            .unwrap_or_else(|| panic!("TAMIS_FUZZ={name}: use one of {:?}", TARGETS.map(|(name, _)| name)))
            .1
    })
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| chosen()(data));
