//! What can go wrong, in two families that never mix.
//!
//! - [`Rejection`]: the page was read and is not an article. An ordinary outcome, counted and explained.
//! - [`Error`]: something failed (a file, a rule, a setting). Errors of the network are in `fetch`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Why a page that was read gives no article.
///
/// [`Rejection::status`] is the stable name in records; the `Display` text is the reason, one sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The bytes are no HTML: an image, a PDF, JSON...
    #[error("the content is not HTML ({found})")]
    NotHtml {
        /// What it is instead: a media type or a description.
        found: String,
    },
    /// The page holds no text at all; its article may be built by script.
    #[error("the page holds no text; it may be built by script in a browser")]
    EmptyShell,
    /// What is left after cleaning is too short to be an article.
    #[error("the main content has {chars} characters, fewer than the {min} asked for")]
    TooShort {
        /// Characters that were left.
        chars: usize,
        /// The lower limit in force.
        min: usize,
    },
    /// No block looks like the body of an article.
    #[error("no block of the page looks like main content")]
    NoMainContent,
    /// Only a cookie or consent notice was served.
    #[error("the server sent a consent wall instead of the article")]
    ConsentWall,
    /// A login form stands in the place of the article.
    #[error("the server sent a login page instead of the article")]
    LoginWall,
    /// The server answered 200 with a "not found" page.
    #[error("the page says that the article was not found")]
    SoftNotFound,
    /// A server asks to prove that a person is there (captcha, bot check).
    #[error("the server sent a bot check instead of the article")]
    BotCheck,
    /// The server says that it is under maintenance, overloaded or broken.
    #[error("the page says that the site is out of service for the moment")]
    OutOfService,
    /// The page is in a language that was not asked for.
    #[error("the article is in `{found}`, which is not among the languages asked for")]
    WrongLanguage {
        /// Detected language, ISO 639-1.
        found: String,
    },
    /// The page is larger than the limit.
    #[error("the page has more than the {max} bytes allowed")]
    TooLarge {
        /// Size of the page.
        bytes: usize,
        /// The limit in force.
        max: usize,
    },
    /// The page has more nodes than the limit.
    #[error("the page has more than {max} nodes")]
    TooManyNodes {
        /// The limit in force.
        max: usize,
    },
    /// The page has more blocks of text than the limit.
    #[error("the page has more than {max} blocks of text, paragraphs and the like")]
    TooManyBlocks {
        /// The limit in force.
        max: usize,
    },
    /// The dirty text has more lines than the limit.
    #[error("the text has more than {max} lines and cells of tables")]
    TooManyLines {
        /// The limit in force.
        max: usize,
    },
}

impl Rejection {
    /// The stable kebab-case name that records carry in `status`.
    pub fn status(&self) -> &'static str {
        match self {
            Rejection::NotHtml { .. } => "not-html",
            Rejection::EmptyShell => "empty-shell",
            Rejection::TooShort { .. } => "too-short",
            Rejection::NoMainContent => "no-main-content",
            Rejection::ConsentWall => "consent-wall",
            Rejection::LoginWall => "login-wall",
            Rejection::SoftNotFound => "soft-not-found",
            Rejection::BotCheck => "bot-check",
            Rejection::OutOfService => "out-of-service",
            Rejection::WrongLanguage { .. } => "wrong-language",
            Rejection::TooLarge { .. } => "too-large",
            Rejection::TooManyNodes { .. } => "too-many-nodes",
            Rejection::TooManyBlocks { .. } => "too-many-blocks",
            Rejection::TooManyLines { .. } => "too-many-lines",
        }
    }
}

/// Something failed: a file, a rule, a setting, the state database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{action} {path}: {source}{hint}", path = path.display(), hint = hint(source))]
    Io {
        /// What was tried, as in "cannot read".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A rule file is wrong.
    #[error("rule file {origin}: {message}")]
    Rules {
        /// File name of the rule file.
        origin: String,
        /// What is wrong, with the line where known.
        message: String,
    },
    /// A setting is wrong: the message names the file, the line and what to write instead.
    #[error("{0}")]
    Config(String),
    /// Another run holds the lock.
    #[error("another run holds the lock {path}{holder}", path = path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// What is known of the other run, as in " (process 4711 since ...)", or nothing.
        holder: String,
    },
    /// The state database failed.
    #[error("state database {path}: {message}", path = path.display())]
    State {
        /// The database file.
        path: PathBuf,
        /// What happened and what to try.
        message: String,
    },
    /// The network client could not be set up.
    #[error("cannot set up the network client: {0}")]
    Client(String),
}

/// What to try against the failures that a person can mend.
fn hint(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind as Kind;
    /// EIO on Linux, macOS and the BSDs. It has no kind, and some crates wrap it so that only its message is left.
    const INPUT_OUTPUT_ERROR: &str = "(os error 5)";
    match error.kind() {
        _ if cfg!(unix) && error.to_string().contains(INPUT_OUTPUT_ERROR) => {
            "; the disk may be failing: look into the system's log, then run again, nothing that was saved is lost"
        }
        Kind::StorageFull | Kind::QuotaExceeded => {
            "; make room and run again, nothing that was saved is lost"
        }
        Kind::FileTooLarge => "; a limit on the size of files is in force (ulimit -f, LimitFSIZE)",
        Kind::PermissionDenied => "; check that this user may do so",
        Kind::ReadOnlyFilesystem => "; choose a path on a file system that can be written",
        _ => "",
    }
}

impl Error {
    /// Builds [`Error::Io`]; made for `map_err`.
    pub fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { action, path, source }
    }
}
