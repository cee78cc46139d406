//! The dates: publication and last change, from the surest source to the least sure.
//!
//! 1. JSON-LD `datePublished`
//! 2. the metas of publication
//! 3. microdata, `<time>` and lines such as "Publié le ..." near the headline
//! 4. the address
//! 5. metas that only say "date", dates of creation
//! 6. any short date line near the headline
//! 7. a date near the headline in what else looks like a sidebar
//! 8. a date in the head's title
//! 9. the date of the last change
//!
//! A stamp in UTC can fall on the day before or after the one that readers see; then the day they see is given.

mod keys;

use std::cell::OnceCell;

use html5ever::local_name;
use url::Url;

use self::keys::{DATED, MODIFIED, PUBLISHED, says_change, says_publication};
use super::head::Head;
use super::marks::{Event, Mark};
use super::page::Page;
use super::words::{first_chars, fold, tidy};
use crate::article::date::{Moment, Order};
use crate::article::jsonld::Story;
use crate::parse::{AttributeNames, NodeId};

/// Languages with the hours of UTC at which the day begins where most of their pages are written.
const MIDNIGHTS: [(&[&str], &[i8]); 3] = [
    (&["fr", "de", "it", "nl", "pl", "cs", "sk", "sl", "hr", "hu", "da", "sv", "no", "nb"], &[22, 23]),
    (&["ja", "ko"], &[15]),
    (&["zh"], &[16]),
];
/// A date line is short; a longer text merely mentions a date.
const MAX_LINE_CHARS: usize = 140;
/// A line of no more than that, with a date in it, is about the date.
const MAX_BARE_CHARS: usize = 45;
/// "mercredi 27 septembre 2023" with some room.
const MAX_DATE_CHARS: usize = 30;
/// Digits of "3.3.21".
const MIN_DIGITS: usize = 4;
/// More characters of a text node are not looked at for a date at its start, white space included.
const MAX_PIECE_CHARS: usize = 1000;
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
    /// The headings that show the title.
    pub headlines: &'a [NodeId],
    pub address: Option<&'a Url>,
    pub order: Order,
    /// ISO 639-1.
    pub language: Option<&'a str>,
    /// The dates that readers see, once the surer sources have left a question open; empty at first.
    pub shown: OnceCell<Vec<Shown>>,
}

/// How a date is written, surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// In a `datetime` or `content` attribute.
    Attribute,
    /// In an element whose name or class says date.
    Marked,
    /// A short line without any sign.
    Bare,
}

/// A date that the page shows.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    moment: Moment,
    event: Event,
    form: Form,
    /// Nodes between it and the headline.
    distance: u32,
    /// The date of the last change, where the same line tells both.
    changed: Option<Moment>,
}

impl Shown {
    /// Lower is likelier the date of publication.
    fn cost(&self) -> u32 {
        let form = match self.form {
            Form::Attribute => 0,
            Form::Marked => 10,
            Form::Bare => 40,
        };
        let unsaid = if self.event == Event::Published { 0 } else { 40 };
        self.distance + form + unsaid
    }

    fn is_near(&self) -> bool {
        self.distance <= MAX_DISTANCE
    }
}

/// Finds both dates.
pub(super) fn find(sources: &Sources<'_>) -> Dates {
    let modified = sources.field(&sources.story.modified).or_else(|| sources.meta(&MODIFIED));
    let modified = modified.or_else(|| sources.meta_fitting(says_change));
    let modified = modified.or_else(|| best(sources.shown(), |one| one.event == Event::Modified));
    let modified = modified.or_else(|| {
        sources
            .shown()
            .iter()
            .filter(|one| one.is_near())
            .min_by_key(|one| one.cost())
            .and_then(|one| one.changed)
    });
    let published = sources.published().or(modified);
    Dates { modified, published: published.map(|moment| sources.as_read(moment)) }
}

impl Sources<'_> {
    fn published(&self) -> Option<Moment> {
        let likely =
            |one: &Shown| one.event == Event::Published || (one.event == Event::Unsaid && one.is_near());
        let candidate = || self.shown().iter().filter(|one| likely(one)).min_by_key(|one| one.cost());
        let is_sure = |one: &&Shown| one.event == Event::Published || one.form == Form::Attribute;
        let told = self.field(&self.story.published);
        told.filter(|_| !self.story.published.as_deref().is_some_and(is_ambiguous))
            .or_else(|| self.meta(&PUBLISHED))
            .or_else(|| self.meta_fitting(says_publication))
            .or(told)
            .or_else(|| candidate().filter(is_sure).map(|one| one.moment))
            .or_else(|| self.path())
            .or_else(|| self.meta(&DATED))
            .or_else(|| self.field(&self.story.created))
            .or_else(|| candidate().map(|one| one.moment))
            .or_else(|| best(self.shown(), |one| one.event == Event::Unsaid && one.form != Form::Bare))
            .or_else(|| best(&self.framed(), |one| one.event != Event::Modified))
            .or_else(|| self.titled())
    }

    /// A part of the head's title that is nothing but a date: "Titre | Le Site | 28.04.2023".
    fn titled(&self) -> Option<Moment> {
        let titles = self.head.title.as_deref().into_iter().chain(self.head.first(&["og:title"]));
        let parts = titles.flat_map(|title| title.split('|')).map(str::trim);
        parts
            .filter(|part| part.chars().count() <= MAX_DATE_CHARS)
            .find_map(|part| Moment::find(part, self.order))
    }

    /// The day that readers see, where a stamp in UTC falls on the day before or after it.
    fn as_read(&self, stamp: Moment) -> Moment {
        if !stamp.is_in_utc() {
            return stamp;
        }
        let near = self.shown_near();
        let visible = near.iter().filter(|one| one.event != Event::Modified).map(|one| one.moment);
        let mut days = visible.chain(self.path()).collect::<Vec<_>>();
        if days.iter().any(|day| day.same_day(&stamp)) {
            return stamp;
        }
        days.retain(|day| stamp.may_be_on_local_day_of(day));
        days.first().copied().or_else(|| self.local_midnight(stamp)).unwrap_or(stamp)
    }

    /// The day that began where the page was written, when the stamp is that very midnight told in UTC: a mere date once.
    fn local_midnight(&self, stamp: Moment) -> Option<Moment> {
        let language = self.language?;
        MIDNIGHTS
            .iter()
            .find(|(languages, _)| languages.contains(&language))
            .and_then(|(_, hours)| hours.iter().find_map(|hour| stamp.day_begun_at_utc(*hour)))
    }

    fn path(&self) -> Option<Moment> {
        Moment::from_path(self.address?.path())
    }

    fn field(&self, value: &Option<String>) -> Option<Moment> {
        Moment::from_machine(value.as_deref()?, self.order)
    }

    fn meta(&self, keys: &[&str]) -> Option<Moment> {
        self.head.all(keys).find_map(|value| Moment::from_machine(value, self.order))
    }

    fn meta_fitting(&self, fits: impl Fn(&str) -> bool) -> Option<Moment> {
        let values = self.head.fitting(fits).filter(|value| value.chars().count() <= MAX_BARE_CHARS);
        values.into_iter().find_map(|value| Moment::from_machine(value, self.order))
    }

    /// The dates outside of the frame, in document order; where there is none, those near the headline in sidebars.
    fn shown(&self) -> &[Shown] {
        self.shown.get_or_init(|| {
            let shown: Vec<Shown> = self.page.content().filter_map(|node| self.read(node)).collect();
            if shown.is_empty() { self.framed() } else { shown }
        })
    }

    /// Those of [`Sources::shown`] that are near the headline. What is far is read only when nothing is near.
    fn shown_near(&self) -> Vec<Shown> {
        let content = || self.page.content_near(self.headlines, MAX_DISTANCE);
        let near = || content().filter(|node| self.distance(*node) <= MAX_DISTANCE);
        let found: Vec<Shown> = match self.shown.get() {
            None => near().filter_map(|node| self.read(node)).collect(),
            Some(_) => Vec::new(),
        };
        match found.is_empty() {
            true => self.shown().iter().filter(|one| one.is_near()).cloned().collect(),
            false => found,
        }
    }

    /// The dates near the headline in what looks like a sidebar.
    fn framed(&self) -> Vec<Shown> {
        if self.headlines.is_empty() {
            return Vec::new();
        }
        let framed = self.page.elements().filter(|node| self.page.is_frame(*node));
        framed
            .filter_map(|node| self.read(node))
            .filter(|one| one.is_near() && one.form != Form::Bare)
            .collect()
    }

    fn read(&self, node: NodeId) -> Option<Shown> {
        let itemprop = self.page.dom.attribute(node, "itemprop");
        let property = itemprop.map(str::to_ascii_lowercase).unwrap_or_default();
        self.read_attribute(node, &property).or_else(|| self.read_text(node, &property))
    }

    fn read_attribute(&self, node: NodeId, property: &str) -> Option<Shown> {
        const DATING: AttributeNames = AttributeNames::of(&["content", "datetime", "title"]);
        let dom = self.page.dom;
        if !dom.may_have(node, DATING) {
            return None;
        }
        let content = dom.attribute(node, "content").filter(|_| is_date_property(property));
        let value =
            dom.attribute(node, "datetime").filter(|_| dom.tag(node) == "time" || is_date_property(property));
        let moment = match value.or(content) {
            Some(value) => Moment::from_machine(value, self.order)?,
            None => self.titled_element(node)?,
        };
        // The attribute may be of the last change where the text is of the publication: then the text is read.
        let text = fold(&self.page.text(node));
        let (said, start) = Event::of_line(&text);
        let is_said = said == Event::Published;
        let shown = if is_said { Moment::find(&text[start..], self.order) } else { None };
        if shown.is_some_and(|shown| !shown.same_day(&moment) && !moment.may_be_on_local_day_of(&shown)) {
            return None;
        }
        let event = match self.event(node, property) {
            Event::Unsaid => Event::of_line(&fold(&self.page.text(dom.parent(node)?))).0,
            event => event,
        };
        Some(Shown { moment, event, form: Form::Attribute, distance: self.distance(node), changed: None })
    }

    /// The `title` of an element that is marked as a date: `<abbr class="published" title="2021-03-03T14:05:00Z">`.
    fn titled_element(&self, node: NodeId) -> Option<Moment> {
        let is_date = [Mark::Date, Mark::Published, Mark::Modified]
            .into_iter()
            .any(|mark| self.page.is_marked(node, mark));
        let title = self.page.dom.attribute(node, "title").filter(|_| is_date)?;
        let is_stamp = title.len() <= MAX_BARE_CHARS && title.starts_with(|c: char| c.is_ascii_digit());
        Moment::from_machine(title, self.order).filter(|_| is_stamp)
    }

    fn read_text(&self, node: NodeId, property: &str) -> Option<Shown> {
        let is_marked = *self.page.dom.local_name(node) == local_name!("time")
            || is_date_property(property)
            || self.page.is_marked(node, Mark::Date)
            || self.page.is_marked(node, Mark::Published);
        if !self.has_own_digit(node, is_marked) || !self.page.may_have_digits(node, MIN_DIGITS) {
            return None;
        }
        let line = fold(&self.own_line(node)?);
        if !may_hold_day(&line) {
            return None;
        }
        let (said, start) = Event::of_line(&line);
        let whole = || if start > 0 { Moment::find(&line, self.order) } else { None };
        let moment = Moment::find(&line[start..], self.order).or_else(whole)?;
        let event = match (said, self.event(node, property)) {
            (Event::Unsaid, Event::Unsaid) => self.event_of_sentence(node),
            (Event::Unsaid, event) => event,
            _ => said,
        };
        let is_bare = (line.chars().count() <= MAX_BARE_CHARS || Moment::opens(&line))
            && !matches!(self.page.dom.tag(node), "a" | "h1" | "h2");
        let form = if is_marked { Form::Marked } else { Form::Bare };
        (is_marked || is_bare || event == Event::Published).then(|| Shown {
            moment,
            event,
            form,
            distance: self.distance(node),
            changed: Event::change_beside(&line, start)
                .filter(|_| said == Event::Published)
                .and_then(|beside| Moment::find(&line[beside], self.order)),
        })
    }

    /// Whether an element has a digit of its own, which one that is marked as a date need not have.
    fn has_own_digit(&self, node: NodeId, is_marked: bool) -> bool {
        let dom = self.page.dom;
        is_marked || dom.children(node).any(|child| has_digit(dom.text(child)))
    }

    /// The short text of an element that may be a date line.
    fn own_line(&self, node: NodeId) -> Option<String> {
        let dom = self.page.dom;
        let text = self.page.text(node);
        if text.chars().count() <= MAX_LINE_CHARS {
            return has_digit(&text).then_some(text);
        }
        // A date between names and links that together are too long, or the dateline of a paragraph.
        let piece = dom.children(node).map(|child| dom.text(child)).find(|piece| has_digit(piece))?;
        let piece = tidy(first_chars(piece.trim_start(), MAX_PIECE_CHARS));
        if piece.chars().count() <= MAX_BARE_CHARS {
            return Some(piece);
        }
        let start: String = piece.chars().take(MAX_BARE_CHARS).collect();
        Moment::opens(&start).then_some(start)
    }

    /// What the line around an inline element says: "Publié le <b>3 mars 2021</b>".
    fn event_of_sentence(&self, node: NodeId) -> Event {
        let dom = self.page.dom;
        match dom.parent(node) {
            Some(above) if !dom.is_block_level(node) => Event::of_line(&fold(&self.page.text(above))).0,
            _ => Event::Unsaid,
        }
    }

    /// What `itemprop` and the class names of the element and of the one above say.
    fn event(&self, node: NodeId, property: &str) -> Event {
        if property.contains("modified") {
            return Event::Modified;
        }
        if property.contains("publish") || self.page.dom.attribute(node, "pubdate").is_some() {
            return Event::Published;
        }
        for near in std::iter::once(node).chain(self.page.dom.parent(node)) {
            if self.page.is_marked(near, Mark::Modified) {
                return Event::Modified;
            }
            if self.page.is_marked(near, Mark::Published) {
                return Event::Published;
            }
        }
        Event::Unsaid
    }

    fn distance(&self, node: NodeId) -> u32 {
        self.page.distance(node, self.headlines)
    }
}

/// Whether day and month may be exchanged, as in "03-05-2025".
fn is_ambiguous(value: &str) -> bool {
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    digits <= 2 && !value.chars().any(char::is_alphabetic)
}

fn has_digit(text: &str) -> bool {
    // to the end, without a branch: that is quicker than to stop at the first
    text.bytes().fold(false, |found, byte| found | byte.is_ascii_digit())
}

/// Whether a folded line has the digits of the shortest date, 3.3.21; that is cheaper to tell than the date.
fn may_hold_day(line: &str) -> bool {
    line.chars().filter(|c| c.is_numeric()).nth(MIN_DIGITS - 1).is_some()
}

fn is_date_property(property: &str) -> bool {
    property.starts_with("date") || property == "uploaddate"
}

/// The likeliest date of this kind.
fn best(shown: &[Shown], fits: impl Fn(&Shown) -> bool) -> Option<Moment> {
    shown.iter().filter(|one| fits(one)).min_by_key(|one| one.cost()).map(|one| one.moment)
}
