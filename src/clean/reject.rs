//! Pages that are not articles: consent walls, login pages, bot checks, soft 404s, maintenance.
//!
//! A wall is a page where nothing but the wall's own text is found: an article about cookies, or with a cookie notice
//! around it, has text of its own.

use crate::article::{BlockKind, Metadata};
use crate::error::Rejection;
use crate::parse::{Dom, NodeKind};

use super::block::TextBlock;
use super::survey::text_weight;
use super::text::shape::ends_sentence;
use super::walls::{Folded, Share, Wall};

/// With more prose than this in its article, a page is what it seems.
const MAX_WALL_WEIGHT: u32 = 900;
/// A consent wall may list many purposes.
const MAX_CONSENT_WEIGHT: u32 = 5000;
/// A wall stands in a page without the menus and lists of an article page.
const MAX_CONSENT_BLOCKS: usize = 80;
/// Signs that a wall shows.
const SIGNS: usize = 2;
/// Signs of a longer one.
const LONG_SIGNS: usize = 4;
/// What is left of a wall that the cleaner took away: a name, a button.
const MAX_REST_WEIGHT: u32 = 60;
/// Of the wall's own text this part may be something else: a greeting, the site's slogan.
const OTHER_SHARE: u32 = 4;

/// The rejection of a page whose kept blocks are these, if it is a wall.
pub fn wall(dom: &Dom, blocks: &[TextBlock], metadata: &Metadata) -> Option<Rejection> {
    let weight = weight(blocks.iter().filter(|block| block.fate.kept));
    if weight <= MAX_WALL_WEIGHT && !has_text(dom) {
        return Some(Rejection::EmptyShell);
    }
    let is_long = weight > MAX_WALL_WEIGHT;
    if is_long
        && (weight > MAX_CONSENT_WEIGHT || blocks.len() > MAX_CONSENT_BLOCKS || !metadata.authors.is_empty())
    {
        return None;
    }
    let page = Page::of(dom, blocks, metadata.title.as_deref());
    let found = Wall::all().iter().find(|wall| page.is(wall, if is_long { LONG_SIGNS } else { SIGNS }));
    found.map(Wall::rejection).filter(|found| !is_long || *found == Rejection::ConsentWall)
}

/// A page that may be a wall.
struct Page {
    /// All that it says, the title first.
    says: Vec<Folded>,
    /// What was taken for its article: weight and text of each block.
    kept: Vec<(u32, Folded)>,
    /// Whether that is but the rest of something.
    is_rest: bool,
    /// Whether nothing was kept of a small page, so that whatever it says is the wall's.
    is_empty: bool,
    /// Whether it asks for a password.
    asks_password: bool,
}

impl Page {
    fn of(dom: &Dom, blocks: &[TextBlock], title: Option<&str>) -> Page {
        let kept = || blocks.iter().filter(|block| block.fate.kept);
        let kept_weight = weight(kept());
        let is_rest = kept_weight < MAX_REST_WEIGHT && !kept().any(|block| ends_sentence(&block.text));
        let is_small = weight(blocks.iter()) <= 2 * MAX_WALL_WEIGHT;
        let seen = blocks.iter().filter(|block| is_small || block.fate.kept);
        let says = title.into_iter().chain(seen.map(|block| block.text.as_str())).map(Folded::of).collect();
        let judged = blocks.iter().filter(|block| is_rest || block.fate.kept);
        let judged = judged.filter(|block| !matches!(block.kind, BlockKind::Heading(_)));
        let kept = judged.map(|block| (text_weight(&block.text), Folded::of(&block.text))).collect();
        let is_empty = is_small && kept_weight == 0;
        Page { says, kept, is_rest, is_empty, asks_password: asks_password(dom) }
    }

    /// Whether it shows signs enough of a wall, and hardly anything else.
    fn is(&self, wall: &Wall, signs: usize) -> bool {
        let asks = self.asks_password && wall.rejection() == Rejection::LoginWall;
        if wall.signs(&self.says) + usize::from(asks) < signs {
            return false;
        }
        if self.is_empty {
            return true;
        }
        let (mut own, mut other, mut is_shown) = (0, 0, self.is_rest);
        for (weight, text) in &self.kept {
            let share = wall.share(text);
            is_shown |= share == Share::Sign;
            *(if share == Share::None { &mut other } else { &mut own }) += weight;
        }
        is_shown && OTHER_SHARE * other <= own
    }
}

fn weight<'b>(blocks: impl Iterator<Item = &'b TextBlock>) -> u32 {
    blocks.map(|block| text_weight(&block.text)).sum()
}

/// Whether there is a field for a password: a sign of a form to log in, in every language.
fn asks_password(dom: &Dom) -> bool {
    let is_password = |node| dom.tag(node) == "input" && dom.attribute(node, "type") == Some("password");
    dom.descendants(dom.document()).any(is_password)
}

fn has_text(dom: &Dom) -> bool {
    dom.body().is_some_and(|body| {
        dom.descendants(body).any(|node| {
            dom.kind(node) == NodeKind::Text
                && !dom.text(node).trim().is_empty()
                && !dom.parent(node).is_some_and(|parent| {
                    matches!(dom.tag(parent), "script" | "style" | "noscript" | "template")
                })
        })
    })
}

/// What a page is whose title is the first line and whose kept blocks are the others.
#[cfg(test)]
pub(super) fn wall_of_lines(page: &str) -> Option<Rejection> {
    use super::block::Fate;
    let dom = crate::parse::parse("<body>x", &crate::parse::Limits::default()).unwrap();
    let (title, lines) = page.split_once('\n').unwrap();
    let block = |text: &str| TextBlock {
        element: dom.document(),
        kind: BlockKind::Paragraph,
        text: text.to_owned(),
        spans: Vec::new(),
        fate: Fate::kept("test"),
    };
    let blocks: Vec<TextBlock> = lines.lines().map(block).collect();
    wall(&dom, &blocks, &Metadata { title: Some(title.to_owned()), ..Metadata::default() })
}

#[cfg(test)]
mod tests {
    use crate::Cleaner;

    const NOTICE: &str = "<p>Le Phare et ses 850 partenaires utilisent des cookies pour stocker et accéder à vos données personnelles, \
        avec votre consentement.</p><p>Vous pouvez continuer sans accepter en vous abonnant.</p><button>Accepter</button>";

    fn status(body: &str) -> &'static str {
        match Cleaner::default().clean(&format!("<title>Le port rouvre</title>{body}"), None) {
            Ok(_) => "ok",
            Err(rejection) => rejection.status(),
        }
    }

    #[test]
    fn a_short_article_with_a_cookie_notice_around_it_is_an_article() {
        let article = "<article><h1>Le port rouvre</h1><p>Le port de Port-Salvy a rouvert lundi à la navigation.</p></article>";
        assert_eq!(status(&format!("{article}<section>{NOTICE}</section>")), "ok");
        assert_eq!(status(&format!("<section>{NOTICE}</section>{article}")), "ok");
        assert_eq!(status(&format!("<main>{NOTICE}</main>")), "consent-wall");
    }

    #[test]
    fn a_form_that_asks_for_a_password_is_a_login_page() {
        let form = "<h1>Connexion</h1><form><label>Adresse</label><input><label>Mot de passe</label><input type=password>\
            <button>Se connecter</button><a href=/x>Mot de passe oublié ?</a></form>";
        assert_eq!(status(form), "login-wall");
        let article = "<article><h1>Le port rouvre</h1><p>Le port de Port-Salvy a rouvert lundi à la navigation.</p></article>";
        assert_eq!(status(&format!("{article}{form}")), "ok");
    }

    #[test]
    fn a_long_article_about_cookies_without_an_author_is_an_article() {
        let prose = "<p>La Cnil reproche au site ses cookies, ses traceurs et ses partenaires, qui lisent les données personnelles \
            sans le consentement des lecteurs, au mépris de leur vie privée ; ils ne pouvaient refuser.</p>";
        assert_eq!(status(&format!("<article><h1>Cookies</h1>{}</article>", prose.repeat(8))), "ok");
    }
}
