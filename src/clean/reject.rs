//! Pages that are not articles: consent walls, login pages, bot checks, soft 404s.
//!
//! Such pages are short: a page with prose of its own is never rejected for a phrase in it.

use crate::article::Metadata;
use crate::error::Rejection;
use crate::parse::{Dom, NodeKind};

use super::block::TextBlock;
use super::survey::text_weight;

/// With more prose than this in its article, a page is what it seems.
const MAX_WALL_WEIGHT: u32 = 900;
/// A consent wall may list many purposes.
const MAX_CONSENT_WEIGHT: u32 = 5000;
/// A wall stands in a page without the menus and lists of an article page.
const MAX_CONSENT_BLOCKS: usize = 80;
/// Of a longer wall at least so many words must be shown.
const LONG_CONSENT_WORDS: usize = 6;
/// Words are counted in the first part of a page only.
const MAX_TEXT_BYTES: usize = 20_000;

/// Words that a wall shows; `needed` of them must be there.
struct Wall {
    rejection: Rejection,
    words: &'static [&'static str],
    needed: usize,
}

const WALLS: [Wall; 4] = [
    Wall {
        rejection: Rejection::ConsentWall,
        words: &[
            "cookie",
            "consent",
            "accept all",
            "tout accepter",
            "partenaires",
            "partners",
            "données personnelles",
            "personal data",
            "vie privée",
            "privacy",
            "zustimm",
            "einwillig",
            "aceptar",
            "accetta",
            "akzeptieren",
            "refuser",
            "reject all",
            "preferences",
            "traceurs",
        ],
        needed: 4,
    },
    Wall {
        rejection: Rejection::BotCheck,
        words: &[
            "captcha",
            "are you a robot",
            "not a robot",
            "unusual traffic",
            "verify you are human",
            "checking your browser",
            "enable javascript and cookies",
            "ray id",
            "êtes-vous un robot",
            "access denied",
            "ddos",
        ],
        needed: 2,
    },
    Wall {
        rejection: Rejection::LoginWall,
        words: &[
            "password",
            "mot de passe",
            "passwort",
            "contraseña",
            "log in",
            "sign in",
            "se connecter",
            "connexion",
            "anmelden",
            "iniciar sesión",
            "forgot",
            "oublié",
            "vergessen",
        ],
        needed: 3,
    },
    Wall {
        rejection: Rejection::SoftNotFound,
        words: &[
            "404",
            "not found",
            "page introuvable",
            "page non trouvée",
            "n’existe pas",
            "n'existe pas",
            "nicht gefunden",
            "no encontrada",
            "non trovata",
            "doesn't exist",
            "does not exist",
            "no longer available",
            "n’est plus disponible",
            "n'est plus disponible",
        ],
        needed: 2,
    },
];

/// The rejection of a page whose kept blocks are these, if it is a wall.
pub fn wall(dom: &Dom, blocks: &[TextBlock], metadata: &Metadata) -> Option<Rejection> {
    let kept = || blocks.iter().filter(|block| block.fate.kept);
    let weight: u32 = kept().map(|block| text_weight(&block.text)).sum();
    if weight > MAX_WALL_WEIGHT {
        let is_consent = blocks.len() <= MAX_CONSENT_BLOCKS && is_long_consent(kept(), weight, metadata);
        return is_consent.then_some(Rejection::ConsentWall);
    }
    if !has_text(dom) {
        return Some(Rejection::EmptyShell);
    }
    let mut text = metadata.title.clone().unwrap_or_default();
    let all: u32 = blocks.iter().map(|block| text_weight(&block.text)).sum();
    let seen: Box<dyn Iterator<Item = &TextBlock>> =
        if all <= 2 * MAX_WALL_WEIGHT { Box::new(blocks.iter()) } else { Box::new(kept()) };
    for block in seen {
        if text.len() < MAX_TEXT_BYTES {
            text.push('\n');
            text.push_str(&block.text);
        }
    }
    let text = text.to_lowercase();
    let is_shown =
        |wall: &&Wall| wall.words.iter().filter(|word| text.contains(**word)).count() >= wall.needed;
    WALLS.iter().find(is_shown).map(|wall| wall.rejection.clone())
}

/// A page without an author whose kept text talks of nothing but consent.
fn is_long_consent<'b>(kept: impl Iterator<Item = &'b TextBlock>, weight: u32, metadata: &Metadata) -> bool {
    if weight > MAX_CONSENT_WEIGHT || !metadata.authors.is_empty() {
        return false;
    }
    let text = kept.map(|block| block.text.to_lowercase()).collect::<Vec<_>>().join("\n");
    WALLS[0].words.iter().filter(|word| text.contains(**word)).count() >= LONG_CONSENT_WORDS
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
