// All words that people read, in English and French; `say` gives those of the language in force.

const WORDS = {
  "skip": ["Skip to the page", "Aller à la page"],
  "language.switch": ["Passer l’interface en français", "Switch the interface to English"],
  "open.address": ["Address of a page, or HTML", "Adresse d’une page, ou HTML"],
  "open.go": ["Show", "Afficher"],
  "open.more": ["File, HTML, saved…", "Fichier, HTML, gardées…"],
  "open.paste": ["A file or HTML", "Un fichier ou du HTML"],
  "open.html": ["HTML", "HTML"],
  "open.file": ["or a file", "ou un fichier"],
  "open.from": ["Address of that page (rules for its site need it)", "Adresse de cette page (utile aux règles de son site)"],
  "open.show": ["Show", "Afficher"],
  "open.nothing": ["Type an address, paste HTML or choose a file.", "Tapez une adresse, collez du HTML ou choisissez un fichier."],
  "open.pasted": ["pasted HTML", "HTML collé"],
  "open.ready": ["Press “Show” to load this page.", "Appuyez sur « Afficher » pour charger cette page."],
  "saved": ["Saved pages", "Pages gardées"],
  "saved.find": ["Words of title, site or name", "Mots du titre, du site ou du nom"],
  "saved.none": ["None. Name a folder at the start: tamis serve saved/", "Aucune. Nommez un dossier au départ : tamis serve pages/"],
  "saved.found": ["{0} of {1}", "{0} sur {1}"],
  "loading": ["Loading…", "Chargement…"],
  "focus": ["What to prefer where the evidence is thin", "Que préférer quand le doute est permis"],
  "focus.precision": ["precision", "précision"],
  "focus.balanced": ["balanced", "équilibre"],
  "focus.recall": ["recall", "rappel"],
  "theme": ["Light or dark", "Clair ou sombre"],
  "help": ["Keys", "Raccourcis"],
  "undo": ["Undo", "Annuler"],
  "undo.what": ["Undo: {0}", "Annuler : {0}"],
  "undone": ["Undone: {0}", "Annulé : {0}"],
  "applied": ["The rule is in force: {0}", "La règle s’applique : {0}"],
  "tab.page": ["Page", "Page"],
  "tab.article": ["Article", "Article"],
  "tab.data": ["Metadata", "Métadonnées"],
  "welcome": ["What was removed, and why?", "Qu’est-ce qui a été enlevé, et pourquoi ?"],
  "welcome.how": ["Open a page: its blocks stand on the left, each with what became of it, and the clean article on the right. Choose a block to see why, and to teach a rule.", "Ouvrez une page : ses blocs s’affichent à gauche, chacun avec son sort, et l’article net à droite. Choisissez un bloc pour savoir pourquoi, et pour enseigner une règle."],
  "welcome.keys": ["Press ? for the keys.", "Touche ? pour les raccourcis."],
  "summary": ["{0} blocks kept, {1} removed · {2}", "{0} blocs gardés, {1} enlevés · {2}"],
  "legend": ["Show one reason", "Montrer une seule raison"],
  "run": ["{0} blocks removed:", "{0} blocs enlevés :"],
  "status.rejected": ["No article ({0}): {1}", "Pas d’article ({0}) : {1}"],
  "article.none": ["Nothing was kept.", "Rien n’a été gardé."],
  "block.fate": ["Fate", "Sort"],
  "block.kept": ["kept", "gardé"],
  "block.removed": ["removed: {0}", "enlevé : {0}"],
  "block.rule": ["Rule", "Règle"],
  "block.score": ["Score", "Score"],
  "block.score.of": ["{0} (0 boilerplate, 1 article)", "{0} (0 habillage, 1 article)"],
  "block.score.none": ["the model was not asked", "le modèle n’a pas été consulté"],
  "block.path": ["Place", "Place"],
  "block.why": ["Strongest features, against {0} of this page", "Traits les plus forts, face aux blocs {0} de cette page"],
  "block.why.kept": ["the kept blocks", "gardés"],
  "block.why.removed": ["the removed blocks", "enlevés"],
  "block.why.none": ["No features to compare.", "Aucun trait à comparer."],
  "teach.remove": ["Always remove this", "Toujours enlever"],
  "teach.keep": ["Always keep this", "Toujours garder"],
  "teach.body": ["This is the body", "C’est le corps du texte"],
  "teach.site": ["On {0}, by a selector", "Sur {0}, par un sélecteur"],
  "teach.nosite": ["The page does not say its address: only a phrase can be taught. Open it with its address for a rule of its site.", "La page ne dit pas son adresse : seule une phrase peut être enseignée. Ouvrez-la avec son adresse pour une règle de son site."],
  "teach.nothing": ["Nothing can be proposed for this block; give the page’s address when you open it.", "Rien à proposer pour ce bloc ; donnez l’adresse de la page en l’ouvrant."],
  "teach.hits": ["blocks on this page: {0}, kept now: {1}", "blocs sur cette page : {0}, gardés à présent : {1}"],
  "teach.fragile": ["; looks made by a machine, may change", " ; semble généré, peut changer"],
  "teach.selector": ["Selector", "Sélecteur"],
  "teach.phrase": ["On all sites, by a phrase", "Sur tous les sites, par une phrase"],
  "teach.exception": ["On all sites: an exception to {0}", "Sur tous les sites : une exception à {0}"],
  "teach.words": ["Words", "Mots"],
  "teach.scope": ["The line", "La ligne"],
  "scope.line": ["is exactly that", "est exactement cela"],
  "scope.begins": ["begins so", "commence ainsi"],
  "scope.contains": ["holds that", "contient cela"],
  "teach.kind": ["Such lines are", "Ces lignes sont"],
  "teach.language": ["Language of the rule (any for all)", "Langue de la règle (any pour toutes)"],
  "teach.example": ["A line that must stay", "Une ligne qui doit rester"],
  "teach.preview": ["Preview", "Aperçu"],
  "teach.apply": ["Apply", "Appliquer"],
  "teach.close": ["Close", "Fermer"],
  "teach.back": ["Back", "Retour"],
  "teach.scratch": ["There is no folder for your rules: what you teach lasts until tamis serve ends. Start it with --rules DIR to keep it.", "Pas de dossier pour vos règles : ce que vous enseignez dure jusqu’à la fin de tamis serve. Lancez-le avec --rules DOSSIER pour le garder."],
  "preview.title": ["What this would change", "Ce que cela changerait"],
  "preview.before": ["before", "avant"],
  "preview.after": ["after", "après"],
  "preview.here": ["This page: blocks kept", "Cette page : blocs gardés"],
  "preview.here.chars": ["This page: characters", "Cette page : caractères"],
  "preview.saved": ["Saved pages of {0}: blocks kept", "Pages gardées de {0} : blocs gardés"],
  "preview.saved.chars": ["Saved pages of {0}: characters", "Pages gardées de {0} : caractères"],
  "preview.all": ["all sites", "tous les sites"],
  "preview.tried": ["Saved pages tried: {0}; changed: {1}.", "Pages gardées essayées : {0} ; changées : {1}."],
  "preview.none": ["Nothing changes on this page.", "Rien ne change sur cette page."],
  "preview.stays": ["The block still has the same fate.", "Le sort du bloc reste le même."],
  "preview.more": ["… and {0} more", "… et {0} de plus"],
  "preview.file": ["Written into {0}", "Écrit dans {0}"],
  "preview.gone": ["goes", "part"],
  "preview.back": ["comes back", "revient"],
  "field.title": ["Title", "Titre"],
  "field.authors": ["Author", "Auteur"],
  "field.date": ["Published", "Publié"],
  "field.modified": ["Changed", "Modifié"],
  "field.site": ["Site", "Site"],
  "field.language": ["Language", "Langue"],
  "field.canonical": ["Canonical address", "Adresse canonique"],
  "field.description": ["Description", "Description"],
  "field.image": ["Image", "Image"],
  "field.tags": ["Tag", "Étiquette"],
  "field.type": ["Type of page", "Type de page"],
  "field.paywalled": ["Paywalled", "Payant"],
  "field.live": ["Live", "Direct"],
  "field.from": ["in {0}", "dans {0}"],
  "field.derived": ["concluded from the page or its address", "déduit de la page ou de son adresse"],
  "field.none": ["The page says nothing of itself.", "La page ne dit rien d’elle-même."],
  "keys.move": ["next, previous block", "bloc suivant, précédent"],
  "keys.removed": ["next, previous removed block", "bloc enlevé suivant, précédent"],
  "keys.open": ["open or fold the block", "ouvrir ou replier le bloc"],
  "keys.teach": ["always remove, always keep, the body", "toujours enlever, toujours garder, le corps"],
  "keys.focus": ["precision, balanced, recall", "précision, équilibre, rappel"],
  "keys.undo": ["undo the last rule", "annuler la dernière règle"],
  "keys.address": ["to the address", "aller à l’adresse"],
  "kind.navigation": ["navigation", "navigation"],
  "kind.breadcrumb": ["breadcrumb", "fil d’Ariane"],
  "kind.caption": ["caption", "légende"],
  "kind.credit": ["credit", "crédit"],
  "kind.byline": ["byline", "signature"],
  "kind.date-line": ["date", "date"],
  "kind.related": ["related", "à lire aussi"],
  "kind.newsletter": ["newsletter", "infolettre"],
  "kind.paywall": ["paywall", "abonnés"],
  "kind.share": ["share", "partage"],
  "kind.tags": ["tags", "étiquettes"],
  "kind.author-bio": ["about the author", "sur l’auteur"],
  "kind.comments": ["comments", "commentaires"],
  "kind.advert": ["advert", "publicité"],
  "kind.embed-chrome": ["embed", "contenu intégré"],
  "kind.footer": ["footer", "pied de page"],
  "kind.consent": ["consent", "cookies"],
  "kind.title": ["title", "titre"],
  "kind.other": ["other", "autre"],
  "kind.model": ["model", "modèle"],
};

let language = localStorage.getItem("language") || (navigator.language.startsWith("fr") ? "fr" : "en");

/** The language in force: `en` or `fr`. */
export const spoken = () => language;

/** Words by their key; `{0}`, `{1}` stand for the values. */
export function say(key, ...values) {
  const pair = WORDS[key];
  if (!pair) return key;
  const text = pair[language === "fr" ? 1 : 0];
  return text.replace(/\{(\d)\}/g, (_, index) => values[index]);
}

/** A pair of words of another table. */
export const choose = (pair) => pair[language === "fr" ? 1 : 0];

/** Numbers as the language writes them. */
export const count = (number) => number.toLocaleString(language === "fr" ? "fr-FR" : "en-GB");

/** Takes the other language. */
export function switchLanguage() {
  language = language === "fr" ? "en" : "fr";
  localStorage.setItem("language", language);
}

/** Puts the words into the page's fixed parts. */
export function sayAll(root = document) {
  document.documentElement.lang = language;
  for (const node of root.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of root.querySelectorAll("[data-say-label]")) node.setAttribute("aria-label", say(node.dataset.sayLabel));
  for (const node of root.querySelectorAll("[data-say-title]")) node.title = say(node.dataset.sayTitle);
  for (const node of root.querySelectorAll("[data-say-hint]")) node.placeholder = say(node.dataset.sayHint);
}
