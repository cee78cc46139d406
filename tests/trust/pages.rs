//! Makes pages and texts of parts, for the properties: any order, any nonsense.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Sentences of articles, in French and English.
const SENTENCES: [&str; 16] = [
    "La Loire est montée de deux mètres dans la nuit de mardi à mercredi, et les digues ont tenu.",
    "Le conseil municipal a voté hier soir, après trois heures de débats, la rénovation du pont.",
    "« Nous n’avions jamais vu cela », a dit la maire, qui attend toujours l’aide de l’État.",
    "Les travaux commenceront au printemps et dureront dix-huit mois, selon le calendrier publié lundi.",
    "Le préfet a signé hier l’arrêté qui interdit l’arrosage des jardins dans douze communes.",
    "Près de quatre mille foyers étaient encore privés d’électricité dimanche dans la soirée.",
    "L’usine, qui emploie trois cents personnes, cherche un repreneur depuis le mois de janvier.",
    "Aucun blessé n’a été signalé, mais plusieurs routes restent fermées à la circulation.",
    "Le budget prévoit vingt millions d’euros pour les écoles et autant pour les transports.",
    "Selon les chercheurs, la forêt a perdu un dixième de sa surface en moins de trente ans.",
    "Le tribunal rendra sa décision le mois prochain ; les deux parties peuvent faire appel.",
    "À l’ouverture, la file d’attente s’étirait déjà jusqu’au bout de la rue du marché.",
    "The council approved the plan late on Tuesday after a debate that lasted three hours.",
    "Residents said that they had waited for ten years for the bridge to be repaired.",
    "The company will hire two hundred people before the end of the year, its director said.",
    "No one was hurt, but several roads were still closed on Wednesday morning.",
];

/// What stands around articles.
const BOILERPLATE: [&str; 14] = [
    "<nav><ul><li><a href=/>Accueil</a></li><li><a href=/sport>Sport</a></li><li><a href=/monde>Monde</a></li></ul></nav>",
    "<header><a href=/>Le Journal</a><a href=/abonnement>S’abonner</a></header>",
    "<footer><p>© 2024 Le Journal. Tous droits réservés.</p><a href=/mentions>Mentions légales</a></footer>",
    "<aside class=related><h3>Sur le même sujet</h3><ul><li><a href=/a>Les digues ont tenu</a></li><li><a href=/b>Le pont sera fermé</a></li></ul></aside>",
    "<div class=newsletter><p>Inscrivez-vous à notre newsletter</p><input type=email><button>OK</button></div>",
    "<div class=share><a href=#>Partager</a><a href=#>Tweeter</a><a href=#>Imprimer</a></div>",
    "<section id=comments><h2>2 commentaires</h2><div class=comment><p>Bravo pour cet article.</p></div></section>",
    "<div class=pub><p>Publicité</p></div>",
    "<div class=tags>Mots-clés : <a href=/t/loire>Loire</a> <a href=/t/crue>Crue</a></div>",
    "<p>À lire aussi : <a href=/c>Les digues ont tenu</a></p>",
    "<div class=cookie-banner><p>Nous utilisons des cookies.</p><button>Accepter</button></div>",
    "<figure><img src=/p.jpg alt=Photo><figcaption>Les quais, mardi. Photo : A. Roux / AFP</figcaption></figure>",
    "<script>window.track = 1;</script><style>.a{color:red}</style>",
    "<ul class=most-read><li><a href=/1>Un titre parmi d’autres</a></li><li><a href=/2>Un autre titre encore</a></li></ul>",
];

/// Parts of markup, broken ones among them.
const MARKUP: [&str; 74] = [
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<em>",
    "<strong>",
    "<a href=/x>",
    "</a>",
    "<ul>",
    "<li>",
    "</ul>",
    "<ol start=3>",
    "</ol>",
    "<table>",
    "<tr>",
    "<td>",
    "<th>",
    "</table>",
    "<blockquote>",
    "</blockquote>",
    "<pre>",
    "</pre>",
    "<code>",
    "</code>",
    "<h1>",
    "<h2>",
    "</h2>",
    "<br>",
    "<hr>",
    "<article>",
    "</article>",
    "<section class=related>",
    "</section>",
    "<figure>",
    "<figcaption>",
    "</figure>",
    "<img src=x alt=y>",
    "<select><option>",
    "</select>",
    "<svg><title>",
    "</svg>",
    "<math><mi>",
    "<template>",
    "</template>",
    "<noscript>",
    "</noscript>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<!doctype html>",
    "<title>",
    "</title>",
    "<meta name=author content='Anne Roux'>",
    "<time datetime=2024-05-06>",
    "&amp;",
    "&lt;b&gt;",
    "&#27;[31m",
    "&#x202e;",
    "&nbsp;",
    "\u{7}",
    "\u{1b}[2J",
    "\u{9b}31m",
    "\0",
    "\r\n",
    " : ",
    "Lire aussi ",
    "1. ",
    "- ",
    "\u{200b}\u{ad}",
];

/// Lines of dirty texts.
const LINES: [&str; 24] = [
    "Lire aussi : Les digues ont tenu",
    "À LIRE AUSSI",
    "Par Anne Roux",
    "Publié le 6 mai 2024 à 10h30",
    "Photo : A. Roux / AFP",
    "Partager",
    "Inscrivez-vous à notre newsletter",
    "Il vous reste 75 % de cet article à lire.",
    "© Le Journal",
    "Accueil",
    "# Un titre",
    "## Des travaux au printemps",
    "- un point de la liste",
    "1. un premier point",
    "> une citation du maire",
    "[un lien](https://a.example/b) dans le texte de la phrase.",
    "![image](x.jpg)",
    "| a | b |",
    "|---|---|",
    "```",
    "<p>Un <b>mot</b></p>",
    "titre: La Loire en crue",
    "\u{1b}[31mrouge\u{7}",
    "Commentaires (3)",
];

pub fn sentence() -> impl Strategy<Value = &'static str> {
    select(&SENTENCES[..])
}

/// Two to four different sentences.
pub fn paragraph() -> impl Strategy<Value = String> {
    proptest::sample::subsequence(&SENTENCES[..12], 2..=4)
        .prop_shuffle()
        .prop_map(|sentences| sentences.join(" "))
}

pub fn boilerplate() -> impl Strategy<Value = &'static str> {
    select(&BOILERPLATE[..])
}

/// Markup and sentences in any order.
pub fn nonsense() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        5 => select(&MARKUP[..]).prop_map(str::to_owned),
        3 => sentence().prop_map(str::to_owned),
        1 => boilerplate().prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ];
    vec(part, 0..80).prop_map(|parts| parts.concat())
}

/// A text with lines that are none of it.
pub fn dirty_text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => paragraph(),
        4 => select(&LINES[..]).prop_map(str::to_owned),
        1 => Just(String::new()),
        1 => "\\PC{0,40}",
    ];
    vec((line, select(&["\n", "\n\n", "\r\n", "\n \n"][..])), 0..30)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}
