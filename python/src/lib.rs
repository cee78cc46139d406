//! `tamis._tamis`, the compiled part of the wheel: pages and archives in, plain dicts out. The package in `python/tamis`
//! makes classes and exceptions of them.
//!
//! - record: what became of a page, as `tamis clean --format jsonl` says it, with `markdown` and `html` beside `text`
//!
//! The interpreter lock is released wherever a page is cleaned or an archive is read.

mod archive;
mod cleaner;

use pyo3::prelude::*;

/// The compiled part of `tamis`.
#[pymodule]
mod _tamis {
    use super::*;

    #[pymodule_export]
    use super::archive::WarcReader;
    #[pymodule_export]
    use super::cleaner::Cleaner;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        // the hook is that of this shared library alone
        tamis::outcome::quiet_guarded_panics();
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
