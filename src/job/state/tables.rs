//! The tables of the state, as SQLite has them. PostgreSQL gets them by a change of words (`postgres`).

/// The tables, documented where `.schema` shows it.
pub const SCHEMA: &str = "
CREATE TABLE pages (
    key           TEXT PRIMARY KEY,   -- URL without fragment, or absolute path of a saved page
    source        TEXT NOT NULL,      -- as given; records carry it
    state         TEXT NOT NULL,      -- new, done, rejected, failing, failed or gone
    status        TEXT,               -- of the last try: ok, or the rejection or error in kebab-case
    reason        TEXT,               -- one sentence about a status other than ok
    attempts      INTEGER NOT NULL,   -- tries in a row that failed
    first_seen    TEXT NOT NULL,      -- this and the next two: UTC, ISO 8601
    last_try      TEXT,
    next_try      TEXT,               -- not before this time; null in done and rejected: never again
    final_url     TEXT,               -- the address after redirects
    etag          TEXT,               -- what the server said of the copy that was cleaned
    last_modified TEXT,
    content_hash  TEXT,               -- of the bytes that were cleaned
    size          INTEGER,            -- of the saved page, in bytes
    modified_ns   INTEGER,            -- its time of change, in nanoseconds since 1970
    place         TEXT,               -- file name in the output folder
    origin        TEXT,               -- the source that named it last, as in: feed https://www.site.example/rss
    published     TEXT,               -- as its source says, else the page; UTC, ISO 8601
    text_hash     TEXT,               -- of title and clean text: changes with the article, not with its surroundings
    canonical     TEXT,               -- address that stands for the article: named by the page, else after redirects
    simhash       INTEGER,            -- of the clean text: near-duplicates differ in few of the 64 bits
    duplicate_of  TEXT,               -- key of the page that gave the same article before
    settings      TEXT                -- print of the settings with which its record was last written
) WITHOUT ROWID;
CREATE INDEX pages_by_state ON pages (state, next_try);
CREATE TABLE outputs (
    path TEXT PRIMARY KEY,            -- absolute path of a growing output file
    mark INTEGER NOT NULL             -- its length at the last commit
) WITHOUT ROWID;
";

/// What version 2 added to the columns of version 1, in the order of [`SCHEMA`].
pub const COLUMNS_OF_2: [&str; 6] = [
    "origin TEXT",
    "published TEXT",
    "text_hash TEXT",
    "canonical TEXT",
    "simhash INTEGER",
    "duplicate_of TEXT",
];

/// What version 4 added to the columns.
pub const COLUMN_OF_4: &str = "settings TEXT";

/// What version 4 added beside it.
pub const REST_OF_4: &str = "
CREATE TABLE settings (
    print TEXT PRIMARY KEY            -- with these, pages may have been written
) WITHOUT ROWID;
";

/// What version 2 added beside the columns. The bands are those of [`BANDS`]; with the whole simhash behind each, a
/// search reads the index alone.
pub const REST_OF_2: &str = "
CREATE INDEX pages_by_origin ON pages (origin, state, next_try);
CREATE INDEX pages_by_canonical ON pages (canonical) WHERE canonical IS NOT NULL;
CREATE INDEX pages_by_band_0 ON pages (((simhash >> 0) & 2047), simhash) WHERE simhash IS NOT NULL;
CREATE INDEX pages_by_band_1 ON pages (((simhash >> 11) & 2047), simhash) WHERE simhash IS NOT NULL;
CREATE INDEX pages_by_band_2 ON pages (((simhash >> 22) & 2047), simhash) WHERE simhash IS NOT NULL;
CREATE INDEX pages_by_band_3 ON pages (((simhash >> 33) & 2047), simhash) WHERE simhash IS NOT NULL;
CREATE INDEX pages_by_band_4 ON pages (((simhash >> 44) & 1023), simhash) WHERE simhash IS NOT NULL;
CREATE INDEX pages_by_band_5 ON pages (((simhash >> 54) & 1023), simhash) WHERE simhash IS NOT NULL;
";

/// Shift and mask of the bands of a simhash: six, so that two that differ in at most five bits share one of them.
pub const BANDS: [(u32, u64); 6] = [(0, 2047), (11, 2047), (22, 2047), (33, 2047), (44, 1023), (54, 1023)];

/// Raised whenever the tables in PostgreSQL change.
#[cfg(feature = "postgres")]
pub const POSTGRES_VERSION: i64 = 2;

/// From version 1 in PostgreSQL to version 2.
#[cfg(feature = "postgres")]
pub const POSTGRES_UPGRADE: &str = "
ALTER TABLE pages ADD COLUMN settings TEXT;
CREATE TABLE settings (print TEXT COLLATE \"C\" PRIMARY KEY);
ALTER TABLE articles ADD COLUMN type TEXT;
ALTER TABLE articles ADD COLUMN live BIGINT;
ALTER TABLE articles ADD COLUMN comments TEXT;
UPDATE version SET number = 2;
";

/// What a shared state has beside the tables above.
#[cfg(feature = "postgres")]
const SHARED: &str = "
CREATE TABLE version (number INTEGER NOT NULL);
CREATE TABLE workers (
    id          INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- never given twice
    alive_until TIMESTAMPTZ NOT NULL                              -- unless it renews that; who is late is taken out
);
CREATE TABLE lanes (
    host   TEXT PRIMARY KEY,          -- of the addresses of its pages; empty for lines that are no address
    due    TEXT,                      -- when a page of the lane is to be tried; UTC, ISO 8601
    worker INTEGER                    -- who tries them now
);
CREATE INDEX lanes_by_due ON lanes (due);
CREATE INDEX lanes_by_worker ON lanes (worker) WHERE worker IS NOT NULL;
CREATE TABLE hosts (
    name     TEXT PRIMARY KEY,        -- to which requests go, whatever pages they are for
    worker   INTEGER,                 -- whose request is under way
    delay_ms INTEGER NOT NULL,        -- between two requests
    ready_at TIMESTAMPTZ NOT NULL     -- no request before
);
CREATE INDEX hosts_by_worker ON hosts (worker) WHERE worker IS NOT NULL;
CREATE FUNCTION host_of(key TEXT) RETURNS TEXT LANGUAGE SQL IMMUTABLE AS
    'SELECT coalesce(substring(key FROM ''^https?://(?:[^/@]*@)?(\\[[^]]*\\]|[^:/?#]*)''), '''')';
ALTER TABLE pages ADD COLUMN host TEXT COLLATE \"C\" GENERATED ALWAYS AS (tamis.host_of(key)) STORED;
CREATE INDEX pages_new ON pages (host, published DESC NULLS LAST, key) WHERE state = 'new';
CREATE INDEX pages_again ON pages (host, next_try) WHERE next_try IS NOT NULL;
CREATE INDEX pages_by_canonical ON pages USING hash (canonical);
CREATE UNIQUE INDEX articles_by_source ON articles (md5(source));
";

/// Indexes that PostgreSQL has otherwise, or does not need: its B-trees take no addresses of more than 2,700 bytes.
#[cfg(feature = "postgres")]
const NOT_IN_POSTGRES: [&str; 2] = ["CREATE INDEX pages_by_origin", "CREATE INDEX pages_by_canonical"];

/// All tables in the words of PostgreSQL, in a schema of their own. Texts compare byte by byte, as in SQLite.
#[cfg(feature = "postgres")]
pub fn for_postgres() -> String {
    let is_wanted = |line: &&str| !NOT_IN_POSTGRES.iter().any(|start| line.starts_with(start));
    let indexes = REST_OF_2.lines().filter(is_wanted).collect::<Vec<_>>().join("\n");
    let articles = crate::sink::sqlite::SCHEMA;
    let tables = [SCHEMA, crate::job::memory::TABLES, articles, &indexes, REST_OF_4, SHARED].concat();
    let tables = tables
        .replace("source      TEXT PRIMARY KEY", "source      TEXT NOT NULL")
        .replace("versions (source,", "versions (md5(source),")
        .replace(") WITHOUT ROWID", ")")
        .replace("INTEGER", "BIGINT")
        .replace("TEXT NOT", "TEXT COLLATE \"C\" NOT")
        .replace("TEXT,", "TEXT COLLATE \"C\",")
        .replace("TEXT PRIMARY", "TEXT COLLATE \"C\" PRIMARY");
    format!("CREATE SCHEMA IF NOT EXISTS tamis; {tables} INSERT INTO version VALUES ({POSTGRES_VERSION});")
}
