//! The dates: publication and last change, from the surest source to the least sure.
//!
//! 1. JSON-LD `datePublished`, 2. the metas of publication, 3. microdata and `<time>` that say "published",
//! 4. visible "Publié le ...", 5. other `<time>` near the headline, 6. the address, 7. any date line near the headline,
//! 8. dates of creation, metas that only say "date", and at last the date of the last change.

use url::Url;

use super::head::Head;
use super::page::Page;
use super::words::fold;
use crate::article::date::{Moment, Order};
use crate::article::jsonld::Story;
use crate::parse::NodeId;

/// Metas of publication, surest first.
const PUBLISHED: [&str; 22] = [
    "article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished",
    "date_published", "publish_date", "publish-date", "publication_date", "publication-date", "pubdate", "parsely-pub-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.issued", "dc.issued", "dcterms.available",
    "citation_publication_date", "article.published", "published_at", "vr:published_time",
];
const DATED: [&str; 12] = [
    "dc.date", "dcterms.date", "date", "article:post_date", "originalpublicationdate", "dc.date.created", "dcterms.created",
    "dc.created", "created", "datecreated", "citation_date", "article.created",
];
const MODIFIED: [&str; 14] = [
    "article:modified_time", "og:updated_time", "og:modified_time", "article:updated_time", "article:modified", "datemodified",
    "lastmod", "last-modified", "dcterms.modified", "dc.date.modified", "dc.modified", "revision_date", "updated_time",
    "cxenseparse:recs:modifiedtime",
];
/// Words of class names and lines that tell of publication.
const PUBLISHED_WORDS: [&str; 10] =
    ["published", "pubdate", "publication", "publish", "posted", "publie", "datepublished", "created", "issued", "released"];
const MODIFIED_WORDS: [&str; 9] =
    ["modified", "updated", "update", "modification", "datemodified", "lastmod", "edited", "maj", "modifie"];
const DATE_WORDS: [&str; 10] = ["date", "time", "timestamp", "datetime", "dateline", "datum", "fecha", "data", "day", "meta"];
/// What introduces the date of publication in visible text, folded.
const PUBLISHED_PHRASES: [&str; 30] = [
    "publie", "mis en ligne", "mise en ligne", "paru le", "poste le", "ecrit le", "cree le", "published", "posted", "veroffentlicht",
    "erstellt", "publicado", "publicada", "pubblicato", "gepubliceerd", "geplaatst", "opublikowan", "dodano", "опубликован", "publicerad",
    "publisert", "udgivet", "julkaistu", "created", "issued", "first published", "입력", "公開", "発表", "yayin",
];
const MODIFIED_PHRASES: [&str; 18] = [
    "mis a jour", "mise a jour", "modifie", "updated", "modified", "aktualisiert", "actualizado", "aggiornato", "bijgewerkt", "aktualizacja",
    "обновлено", "uppdaterad", "oppdatert", "revised", "last edited", "수정", "更新", "atualizado",
];
/// A date line is short; a longer text merely mentions a date.
const MAX_LINE_CHARS: usize = 140;
/// Date lines stand this many elements around the headline at most.
const MAX_DISTANCE: u32 = 250;

/// Publication and last change.
#[derive(Debug, Default)]
pub(super) struct Dates {
    pub published: Option<Moment>,
    pub modified: Option<Moment>,
}

/// Where dates are looked for.
pub(super) struct Sources<'a> {
    pub head: &'a Head,
    pub story: &'a Story,
    pub page: &'a Page<'a>,
    /// The heading that shows the title.
    pub headline: Option<NodeId>,
    pub address: Option<&'a Url>,
    pub order: Order,
}

/// What a visible date is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Published,
    Modified,
    Unsaid,
}

/// A date that the page shows.
#[derive(Clone, Debug)]
struct Shown {
    moment: Moment,
    event: Event,
    /// Nodes between it and the headline.
    distance: u32,
    /// Written in a `datetime` or `content` attribute.
    machine: bool,
}

/// Finds both dates.
pub(super) fn find(sources: &Sources<'_>) -> Dates {
    let shown = sources.shown();
    let modified = sources.field(&sources.story.modified).or_else(|| sources.meta(&MODIFIED));
    let modified = modified.or_else(|| nearest(&shown, |one| one.event == Event::Modified));
    let published = sources.published(&shown).or(modified);
    Dates { modified, published }
}

impl Sources<'_> {
    fn published(&self, shown: &[Shown]) -> Option<Moment> {
        let path = || self.address.and_then(|address| Moment::from_path(address.path()));
        self.field(&self.story.published)
            .or_else(|| self.meta(&PUBLISHED))
            .or_else(|| nearest(shown, |one| one.event == Event::Published && one.machine))
            .or_else(|| nearest(shown, |one| one.event == Event::Published))
            .or_else(|| nearest(shown, |one| one.event == Event::Unsaid && one.machine && one.distance <= MAX_DISTANCE))
            .or_else(path)
            .or_else(|| self.field(&self.story.created))
            .or_else(|| self.meta(&DATED))
            .or_else(|| nearest(shown, |one| one.event == Event::Unsaid))
    }

    fn field(&self, value: &Option<String>) -> Option<Moment> {
        Moment::from_machine(value.as_deref()?, self.order)
    }

    fn meta(&self, keys: &[&str]) -> Option<Moment> {
        self.head.all(keys).find_map(|value| Moment::from_machine(value, self.order))
    }

    /// All dates outside of the frame, in document order.
    fn shown(&self) -> Vec<Shown> {
        self.page.content().filter_map(|node| self.read(node)).collect()
    }

    fn read(&self, node: NodeId) -> Option<Shown> {
        let dom = self.page.dom;
        let property = dom.attribute(node, "itemprop").unwrap_or_default().to_lowercase();
        let is_time = dom.tag(node) == "time";
        let says_date = property.starts_with("date") || property == "uploaddate";
        let machine = dom.attribute(node, "datetime").or_else(|| dom.attribute(node, "content").filter(|_| says_date));
        let moment = machine.and_then(|value| Moment::from_machine(value, self.order));
        if let (Some(moment), true) = (moment, is_time || says_date) {
            return Some(Shown { moment, event: self.event(node, &property), distance: self.distance(node), machine: true });
        }
        let is_marked = is_time || says_date || self.page.has_word(node, &DATE_WORDS) || self.page.has_word(node, &PUBLISHED_WORDS);
        let line = fold(&self.own_line(node, is_marked)?);
        let (said, start) = event_of_line(&line);
        let moment = Moment::find(&line[start..], self.order).or_else(|| Moment::find(&line, self.order))?;
        let event = if said == Event::Unsaid { self.event(node, &property) } else { said };
        // Plain text without any sign of being a date line counts only when it says what it is.
        (is_marked || event == Event::Published)
            .then(|| Shown { moment, event, distance: self.distance(node), machine: false })
    }

    /// The short text of an element that may be a date line.
    fn own_line(&self, node: NodeId, is_marked: bool) -> Option<String> {
        let dom = self.page.dom;
        let has_text = dom.children(node).any(|child| dom.text(child).bytes().any(|byte| byte.is_ascii_digit()));
        if !has_text && !is_marked {
            return None;
        }
        let text = self.page.text(node);
        let has_digits = text.bytes().any(|byte| byte.is_ascii_digit());
        (has_digits && text.chars().count() <= MAX_LINE_CHARS).then_some(text)
    }

    /// What `itemprop` and the class names of the element and of those close above say.
    fn event(&self, node: NodeId, property: &str) -> Event {
        if property.contains("modified") {
            return Event::Modified;
        }
        if property.contains("publish") || self.page.dom.attribute(node, "pubdate").is_some() {
            return Event::Published;
        }
        for near in std::iter::once(node).chain(self.page.dom.ancestors(node).take(1)) {
            if self.page.has_word(near, &MODIFIED_WORDS) {
                return Event::Modified;
            }
            if self.page.has_word(near, &PUBLISHED_WORDS) {
                return Event::Published;
            }
        }
        Event::Unsaid
    }

    fn distance(&self, node: NodeId) -> u32 {
        self.headline.map_or(0, |headline| self.page.rank(headline).abs_diff(self.page.rank(node)))
    }
}

/// What a folded line says that its date is of, and where it says so. Publication goes before the last change.
fn event_of_line(line: &str) -> (Event, usize) {
    let first = |phrases: &[&str]| phrases.iter().filter_map(|phrase| line.find(phrase)).min();
    if let Some(start) = first(&PUBLISHED_PHRASES) {
        return (Event::Published, start);
    }
    first(&MODIFIED_PHRASES).map_or((Event::Unsaid, 0), |start| (Event::Modified, start))
}

/// The date of this kind that stands nearest to the headline.
fn nearest(shown: &[Shown], fits: impl Fn(&Shown) -> bool) -> Option<Moment> {
    shown.iter().filter(|one| fits(one)).min_by_key(|one| one.distance).map(|one| one.moment)
}
