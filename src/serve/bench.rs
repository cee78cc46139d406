//! What the server holds: the rules in force, the pages that were opened, and the previews that may be applied.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tempfile::TempDir;
use url::Url;

use super::ServeOptions;
use super::answer::Refusal;
use super::library::Library;
use crate::decode::{decode, not_html};
use crate::error::{Error, Rejection};
use crate::fetch::Fetcher;
use crate::inspect::Inspection;
use crate::options::Focus;
use crate::pipeline::Cleaner;
use crate::rules::Rules;
use crate::workbench::{Draft, Overlay};

/// Pages that were opened and can be looked at again; earlier ones are forgotten.
const MAX_OPENED: usize = 12;
/// Previews that can be applied; earlier ones are forgotten.
const MAX_PREVIEWS: usize = 50;

/// What the server holds.
#[derive(Debug)]
pub(super) struct Bench {
    pub options: ServeOptions,
    /// What requests must show.
    pub key: String,
    pub overlay: Overlay,
    pub fetcher: Fetcher,
    /// Without a folder of rules: one that goes with the server.
    _scratch: Option<TempDir>,
    library: OnceLock<Library>,
    cleaners: Mutex<Arc<Cleaners>>,
    opened: Mutex<Shelf<Arc<Opened>>>,
    previews: Mutex<Shelf<Preview>>,
}

/// A cleaner for each focus, all with the same rules.
#[derive(Debug)]
pub(super) struct Cleaners([Cleaner; 3]);

/// A page that was opened.
#[derive(Debug)]
pub(super) struct Opened {
    pub name: String,
    pub html: String,
    pub encoding: &'static str,
    pub url: Option<Url>,
    /// Why it is no page at all.
    pub rejection: Option<Rejection>,
}

/// A change that was shown and may be made.
#[derive(Debug)]
pub(super) struct Preview {
    pub draft: Draft,
    pub note: String,
}

/// Things by number, of which the oldest are forgotten.
#[derive(Debug)]
struct Shelf<T> {
    things: VecDeque<(usize, T)>,
    next: usize,
}

impl<T> Shelf<T> {
    fn new() -> Shelf<T> {
        Shelf { things: VecDeque::new(), next: 1 }
    }

    fn put(&mut self, thing: T, most: usize) -> usize {
        let number = self.next;
        self.next += 1;
        self.things.push_back((number, thing));
        if self.things.len() > most {
            self.things.pop_front();
        }
        number
    }

    fn get(&self, number: usize) -> Option<&T> {
        self.things.iter().find(|(known, _)| *known == number).map(|(_, thing)| thing)
    }

    fn take(&mut self, number: usize) -> Option<T> {
        let at = self.things.iter().position(|(known, _)| *known == number)?;
        self.things.remove(at).map(|(_, thing)| thing)
    }
}

impl Cleaners {
    /// Cleaners with the options of the server but for the focus.
    pub fn new(rules: &Rules, options: &ServeOptions) -> Cleaners {
        let cleaner = |focus| {
            let cleaner = Cleaner::new(rules.clone(), crate::CleanOptions { focus, ..options.clean.clone() });
            match &options.furniture {
                Some(furniture) => cleaner.with_furniture(furniture.clone()),
                None => cleaner,
            }
        };
        Cleaners([Focus::Precision, Focus::Balanced, Focus::Recall].map(cleaner))
    }

    /// The cleaner of a focus.
    pub fn of(&self, focus: Focus) -> &Cleaner {
        match focus {
            Focus::Precision => &self.0[0],
            Focus::Balanced => &self.0[1],
            Focus::Recall => &self.0[2],
        }
    }
}

impl Opened {
    /// Decodes a page as served.
    pub fn new(
        name: String,
        bytes: &[u8],
        content_type: Option<&str>,
        url: Option<Url>,
        max_bytes: usize,
    ) -> Opened {
        let too_large = Rejection::TooLarge { bytes: bytes.len(), max: max_bytes };
        let rejection = if bytes.len() > max_bytes { Some(too_large) } else { not_html(bytes, content_type) };
        let decoded = match rejection {
            Some(_) => decode(b"", None, None),
            None => decode(bytes, content_type, url.as_ref()),
        };
        Opened { name, encoding: decoded.encoding.name(), html: decoded.text.into_owned(), url, rejection }
    }

    /// Looks at the page with a cleaner.
    pub fn inspect(&self, cleaner: &Cleaner) -> Result<Inspection, Rejection> {
        match &self.rejection {
            Some(rejection) => Err(rejection.clone()),
            None => cleaner.inspect(&self.html, self.url.as_ref()),
        }
    }
}

impl Bench {
    /// Reads the rules; the library waits for its first use.
    pub fn new(options: ServeOptions) -> Result<Bench, Error> {
        let scratch = match options.rules {
            Some(_) => None,
            None => Some(tempfile::tempdir().map_err(Error::io("cannot make a temporary folder in", "."))?),
        };
        let folder = options.rules.as_deref().or(scratch.as_ref().map(TempDir::path));
        let overlay = Overlay::new(folder.unwrap_or(std::path::Path::new("")));
        let cleaners = Cleaners::new(&overlay.rules()?, &options);
        Ok(Bench {
            key: uuid::Uuid::new_v4().simple().to_string(),
            overlay,
            fetcher: Fetcher::new(options.fetch.clone())?,
            _scratch: scratch,
            library: OnceLock::new(),
            cleaners: Mutex::new(Arc::new(cleaners)),
            opened: Mutex::new(Shelf::new()),
            previews: Mutex::new(Shelf::new()),
            options,
        })
    }

    /// The saved pages; read at the first call, which takes time.
    pub fn library(&self) -> &Library {
        let read = || {
            let cleaners = self.cleaners();
            Library::read(&self.options.saved, cleaners.of(Focus::Balanced), self.options.clean.max_bytes)
        };
        self.library.get_or_init(read)
    }

    /// The rules in force.
    pub fn cleaners(&self) -> Arc<Cleaners> {
        Arc::clone(&lock(&self.cleaners))
    }

    /// Remembers an opened page under a number.
    pub fn open(&self, page: Opened) -> usize {
        lock(&self.opened).put(Arc::new(page), MAX_OPENED)
    }

    /// An opened page.
    pub fn opened(&self, number: usize) -> Result<Arc<Opened>, Refusal> {
        lock(&self.opened).get(number).cloned().ok_or_else(|| Refusal::gone("page"))
    }

    /// Remembers what was shown, so that it may be applied.
    pub fn show(&self, preview: Preview) -> usize {
        lock(&self.previews).put(preview, MAX_PREVIEWS)
    }

    /// Makes the change of a preview, which is spent by it.
    pub fn apply(&self, number: usize) -> Result<String, Refusal> {
        // one change at a time
        let mut cleaners = lock(&self.cleaners);
        let preview = lock(&self.previews).take(number).ok_or_else(|| Refusal::gone("preview"))?;
        self.overlay.apply(&preview.draft, &preview.note)?;
        *cleaners = Arc::new(Cleaners::new(&self.overlay.rules()?, &self.options));
        Ok(preview.note)
    }

    /// Takes the last change back.
    pub fn undo(&self) -> Result<Option<String>, Refusal> {
        let mut cleaners = lock(&self.cleaners);
        let undone = self.overlay.undo()?;
        *cleaners = Arc::new(Cleaners::new(&self.overlay.rules()?, &self.options));
        Ok(undone)
    }
}

/// A panic of one request must not end the others: what is held is whole at all times.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shelf_forgets_the_oldest_and_gives_a_thing_once() {
        let mut shelf = Shelf::new();
        let numbers: Vec<usize> = ["a", "b", "c"].into_iter().map(|thing| shelf.put(thing, 2)).collect();
        assert_eq!(shelf.get(numbers[0]), None);
        assert_eq!(shelf.take(numbers[2]), Some("c"));
        assert_eq!(shelf.take(numbers[2]), None);
        assert_eq!(shelf.get(numbers[1]), Some(&"b"));
    }
}
