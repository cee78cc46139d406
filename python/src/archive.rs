//! Web archives from a path or from any Python object that can be read.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};
use tamis::source::warc::{ArchivedPage, Damage, Warc};

/// The pages of a web archive as dicts.
#[pyclass(frozen, module = "tamis._tamis")]
pub struct WarcReader {
    archive: Mutex<Warc>,
    /// What the Python object raised while it was read.
    raised: Raised,
}

type Raised = Arc<Mutex<Option<PyErr>>>;

/// An archive by its path, or an object with a method `read`.
#[derive(FromPyObject)]
enum Source {
    #[pyo3(transparent, annotation = "str | os.PathLike")]
    Path(PathBuf),
    #[pyo3(transparent, annotation = "object with read()")]
    Object(Py<PyAny>),
}

#[pymethods]
impl WarcReader {
    #[new]
    fn new(py: Python<'_>, source: Source, after: Option<u64>, max_bytes: usize) -> PyResult<WarcReader> {
        let raised = Raised::default();
        let slot = raised.clone();
        let named = |path: &PathBuf, error: io::Error| {
            PyOSError::new_err(format!("cannot read {}: {error}", path.display()))
        };
        let archive = py.detach(|| match (source, after) {
            (Source::Path(path), None) => Warc::open(&path, max_bytes).map_err(|error| named(&path, error)),
            (Source::Path(path), Some(offset)) => {
                Warc::open_after(&path, offset, max_bytes).map_err(|error| named(&path, error))
            }
            (Source::Object(_), Some(_)) => Err(PyOSError::new_err("`after` needs the path of a file")),
            (Source::Object(object), None) => {
                Ok(Warc::read(Stream { object: Some(object), raised: slot }, max_bytes)?)
            }
        })?;
        let reader = WarcReader { archive: Mutex::new(archive), raised };
        reader.raise()?;
        Ok(reader)
    }

    fn __iter__(reader: Bound<'_, Self>) -> Bound<'_, Self> {
        reader
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let next = py.detach(|| self.archive.lock().unwrap_or_else(PoisonError::into_inner).next());
        self.raise()?;
        match next {
            Some(Ok(page)) => page_dict(py, page).map(Some),
            Some(Err(damage)) => damage_dict(py, damage).map(Some),
            None => Ok(None),
        }
    }
}

impl WarcReader {
    /// A stream that fails is no damaged archive: its own exception says what happened.
    fn raise(&self) -> PyResult<()> {
        match self.raised.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

fn page_dict(py: Python<'_>, page: ArchivedPage) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("url", page.url)?;
    dict.set_item("date", page.date)?;
    dict.set_item("id", page.id)?;
    dict.set_item("offset", page.offset)?;
    dict.set_item("http_status", page.status)?;
    dict.set_item("content_type", page.content_type)?;
    match page.body {
        Ok(body) => dict.set_item("html", PyBytes::new(py, &body))?,
        Err(rejection) => {
            dict.set_item("status", rejection.status())?;
            dict.set_item("reason", rejection.to_string())?;
        }
    }
    Ok(dict)
}

fn damage_dict(py: Python<'_>, damage: Damage) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("url", damage.url)?;
    dict.set_item("offset", damage.offset)?;
    dict.set_item("status", "read-error")?;
    dict.set_item("reason", damage.reason)?;
    Ok(dict)
}

/// A Python object that is read; after an exception it has ended.
struct Stream {
    object: Option<Py<PyAny>>,
    raised: Raised,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(object) = &self.object else { return Ok(0) };
        let read = Python::attach(|py| -> PyResult<PyBackedBytes> {
            let data = object.call_method1(py, "read", (buffer.len(),))?;
            data.extract::<PyBackedBytes>(py).map_err(PyErr::from)
        });
        match read {
            Ok(bytes) => {
                let count = bytes.len().min(buffer.len());
                buffer[..count].copy_from_slice(&bytes[..count]);
                Ok(count)
            }
            Err(error) => {
                self.object = None;
                self.raised.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                Ok(0)
            }
        }
    }
}
