//! The cleaner: one page, many pages on many threads, and the explanation of a page.

use std::path::PathBuf;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::PyDict;
use rayon::prelude::*;
use serde::Serialize;
use tamis::outcome::{self, Input};
use tamis::record::Record;
use tamis::{CleanOptions, Rules};
use url::Url;

/// What a `str` is taken for: its characters are known, whatever the page declares.
const DECODED: &str = "text/html; charset=utf-8";

/// A page as Python holds it; nothing is copied.
#[derive(FromPyObject)]
enum Html {
    #[pyo3(transparent, annotation = "str")]
    Text(PyBackedStr),
    #[pyo3(transparent, annotation = "bytes")]
    Bytes(PyBackedBytes),
}

/// A page with what is known of it: its address and the HTTP header `Content-Type`.
type Page = (Html, Option<String>, Option<String>);

/// A page whose address was read.
struct Task {
    html: Html,
    url: Option<Url>,
    content_type: Option<String>,
}

/// A record with the article in the other formats.
#[derive(Serialize)]
struct Outcome {
    #[serde(flatten)]
    record: Record,
    markdown: String,
    html: String,
}

/// Cleans pages with one set of rules and options.
#[pyclass(frozen, module = "tamis._tamis")]
pub struct Cleaner {
    inner: tamis::Cleaner,
}

#[pymethods]
impl Cleaner {
    #[new]
    #[pyo3(signature = (rules=None, **options))]
    fn new(rules: Option<PathBuf>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Cleaner> {
        let wrong = |error: pythonize::PythonizeError| PyValueError::new_err(error.to_string());
        let options: CleanOptions = match options {
            Some(options) => pythonize::depythonize(options).map_err(wrong)?,
            None => CleanOptions::default(),
        };
        let failed = |error: tamis::Error| match error {
            tamis::Error::Io { .. } => PyOSError::new_err(error.to_string()),
            error => PyValueError::new_err(error.to_string()),
        };
        let rules = match rules {
            Some(folder) => Rules::builtin().overlay_dir(&folder).map_err(failed)?,
            None => Rules::builtin(),
        };
        Ok(Cleaner { inner: tamis::Cleaner::new(rules, options) })
    }

    /// The record of one page.
    fn record<'py>(&self, py: Python<'py>, page: Page) -> PyResult<Bound<'py, PyAny>> {
        let task = Task::new(page)?;
        let outcome = py.detach(|| self.outcome(&task));
        Ok(pythonize::pythonize(py, &outcome)?)
    }

    /// The records of many pages, in their order; `threads` 0 means all cores.
    fn records<'py>(
        &self,
        py: Python<'py>,
        pages: Vec<Page>,
        threads: usize,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let tasks = pages.into_iter().map(Task::new).collect::<PyResult<Vec<Task>>>()?;
        let outcomes = py.detach(|| {
            // a pool of its own: threads that were there before a fork are not there after it
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            Ok(pool.install(|| tasks.par_iter().map(|task| self.outcome(task)).collect::<Vec<_>>()))
        });
        let outcomes = outcomes.map_err(|error: rayon::ThreadPoolBuildError| {
            PyOSError::new_err(format!("cannot start {threads} threads: {error}"))
        })?;
        outcomes.iter().map(|outcome| Ok(pythonize::pythonize(py, outcome)?)).collect()
    }

    /// Every block of a page with its fate.
    fn explain<'py>(&self, py: Python<'py>, page: Page) -> PyResult<Bound<'py, PyAny>> {
        let task = Task::new(page)?;
        let explanation = py.detach(|| {
            let (bytes, content_type) = task.served();
            let decoded = tamis::decode::decode(bytes, content_type, task.url.as_ref());
            self.inner.explain(&decoded.text, task.url.as_ref())
        });
        Ok(pythonize::pythonize(py, &explanation)?)
    }
}

impl Cleaner {
    fn outcome(&self, task: &Task) -> Outcome {
        let (bytes, content_type) = task.served();
        let source = task.url.as_ref().map_or("", Url::as_str);
        let input = Input::Html(bytes, content_type);
        let record = outcome::clean(&self.inner, source, input, task.url.as_ref());
        let (markdown, html) = match &record.article {
            Some(article) => (article.to_markdown(), article.to_html()),
            None => (String::new(), String::new()),
        };
        Outcome { record, markdown, html }
    }
}

impl Task {
    fn new((html, url, content_type): Page) -> PyResult<Task> {
        let read = |url: String| {
            Url::parse(&url).map_err(|error| PyValueError::new_err(format!("url: `{url}`: {error}")))
        };
        Ok(Task { html, url: url.map(read).transpose()?, content_type })
    }

    /// The bytes with their `Content-Type`.
    fn served(&self) -> (&[u8], Option<&str>) {
        match &self.html {
            Html::Text(text) => (text.as_bytes(), Some(DECODED)),
            Html::Bytes(bytes) => (bytes, self.content_type.as_deref()),
        }
    }
}
