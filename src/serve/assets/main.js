// The start: opening pages, focus, theme, language, undo, keys.
import { attempt, button, byId, make, notice } from "./build.js";
import { get, post, upload } from "./server.js";
import { count, say, sayAll, spoken, switchLanguage } from "./words.js";
import { fold, showPage, showTab, state } from "./page.js";
import { prepareTeaching, teach } from "./teach.js";

/** Time without a key stroke after which saved pages are looked for. */
const PATIENCE_MS = 200;

let history = [];

const load = attempt(async () => {
  state.shown = await get("page", { page: state.page, focus: state.focus });
  showPage();
});

/** Opens what `ask` makes the server read. */
const open = (ask) => attempt(async () => {
  notice(say("loading"), true);
  const { page } = await ask();
  Object.assign(state, { page, open: null, filter: null });
  byId("sources").hidden = true;
  byId("more").setAttribute("aria-expanded", "false");
  notice("");
  await load();
})();

const looksLikeMarkup = (text) => /^\s*</.test(text);

byId("open").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("address").value.trim();
  if (!text) notice(say("open.nothing"));
  else if (looksLikeMarkup(text)) open(() => upload(text, { name: say("open.pasted") }));
  else open(() => post("fetch", { url: text }));
});

// a single line field would drop the line breaks of pasted HTML
byId("address").addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text");
  if (!looksLikeMarkup(text)) return;
  event.preventDefault();
  open(() => upload(text, { name: say("open.pasted") }));
});

byId("paste").addEventListener("submit", attempt(async (event) => {
  event.preventDefault();
  const file = byId("file").files[0];
  const text = byId("html").value;
  const url = byId("from").value.trim();
  if (!file && !text.trim()) notice(say("open.nothing"));
  else await open(() => upload(file || text, { name: file ? file.name : say("open.pasted"), url }));
}));

byId("more").addEventListener("click", () => {
  const sources = byId("sources");
  sources.hidden = !sources.hidden;
  byId("more").setAttribute("aria-expanded", String(!sources.hidden));
  if (!sources.hidden) listSaved();
});

const listSaved = attempt(async () => {
  const answer = await get("saved", { words: byId("find").value });
  byId("found").textContent = answer.all ? say("saved.found", count(answer.found), count(answer.all)) : say("saved.none");
  const entry = (page) => make("li", {}, make("button", { type: "button", on: { click: () => open(() => post("fetch", { saved: page.id })) } },
    page.title || page.name, make("small", {}, [page.site, page.name].filter(Boolean).join(" · "))));
  byId("saved").replaceChildren(...answer.pages.map(entry));
});

let waiting;
byId("find").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(listSaved, PATIENCE_MS);
});

function setFocus(name) {
  state.focus = name;
  document.querySelector(`#focus input[value=${name}]`).checked = true;
  if (state.page) load();
}

for (const radio of document.querySelectorAll("#focus input")) radio.addEventListener("change", () => setFocus(radio.value));

function showUndo() {
  const undo = byId("undo");
  undo.hidden = !history.length;
  if (history.length) undo.title = say("undo.what", history[0]);
}

async function afterChange(now) {
  history = now;
  showUndo();
  if (state.page) await load();
}

const undo = attempt(async () => {
  const answer = await post("undo");
  await afterChange(answer.history);
  if (answer.undone) notice(say("undone", answer.undone), true);
});
byId("undo").addEventListener("click", undo);

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  localStorage.setItem("theme", name);
}
byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
const systemTheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
setTheme(localStorage.getItem("theme") || systemTheme);

function showWords() {
  sayAll();
  const other = byId("language");
  other.textContent = spoken() === "fr" ? "EN" : "FR";
  other.setAttribute("aria-label", say("language.switch"));
  other.title = say("language.switch");
  showUndo();
  if (state.shown) showPage();
}
byId("language").addEventListener("click", () => {
  switchLanguage();
  showWords();
});

for (const tab of byId("tabs").children) tab.addEventListener("click", () => showTab(tab.dataset.tab));

const KEYS = [
  ["j, k", "keys.move"], ["n, p", "keys.removed"], ["Enter, Esc", "keys.open"], ["r, g, b", "keys.teach"],
  ["1, 2, 3", "keys.focus"], ["u", "keys.undo"], ["/", "keys.address"],
];

function showKeys() {
  const rows = KEYS.flatMap(([keys, what]) => [
    make("dt", {}, keys.split(", ").flatMap((key, at) => [at ? " " : null, make("kbd", {}, key)])), make("dd", {}, say(what))]);
  const dialog = byId("keys");
  dialog.replaceChildren(make("h2", { id: "keys-title" }, say("help")), make("dl", { class: "keys" }, rows),
    make("div", { class: "foot" }, button(say("teach.close"), () => dialog.close(), "plain")));
  dialog.showModal();
}
byId("help").addEventListener("click", showKeys);

/** Moves to the next line of the list, or the previous one. */
function move(step, wanted) {
  const lines = [...byId("blocks").querySelectorAll(wanted)].map((item) => item.firstChild);
  const all = [...byId("blocks").children];
  const here = all.indexOf(document.activeElement.closest("#blocks > li"));
  const next = step > 0
    ? lines.find((line) => all.indexOf(line.parentNode) > here)
    : lines.findLast((line) => here < 0 || all.indexOf(line.parentNode) < here);
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

/** The block that the keyboard is on, else the open one. */
function currentBlock() {
  const index = document.activeElement.closest("#blocks > li")?.dataset.index;
  return index === undefined ? state.open : Number(index);
}

const taught = (aim) => () => currentBlock() !== null && teach(currentBlock(), aim);
const ACTIONS = {
  j: () => move(1, "li"), k: () => move(-1, "li"), n: () => move(1, "li.removed"), p: () => move(-1, "li.removed"),
  ArrowDown: () => move(1, "li"), ArrowUp: () => move(-1, "li"), Escape: fold,
  r: taught("remove"), g: taught("keep"), b: taught("body"), u: () => history.length && undo(),
  1: () => setFocus("precision"), 2: () => setFocus("balanced"), 3: () => setFocus("recall"),
  "/": () => byId("address").focus(), "?": showKeys,
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input:not([type=radio]), textarea, select") || document.querySelector("dialog[open]");
  const isArrow = event.key.startsWith("Arrow") && !event.target.closest("#blocks");
  if (isTyping || isArrow || event.ctrlKey || event.metaKey || event.altKey || !ACTIONS[event.key]) return;
  event.preventDefault();
  ACTIONS[event.key]();
});

/** `#open=ADDRESS`, as reports of runs link to: a saved page is opened, an address waits for the person. */
const follow = attempt(async () => {
  const wanted = new URLSearchParams(location.hash.slice(1)).get("open");
  if (!wanted) return;
  const { pages } = await get("saved", { words: wanted });
  const exact = pages.find((page) => page.name === wanted);
  if (exact) {
    await open(() => post("fetch", { saved: exact.id }));
    return;
  }
  byId("address").value = wanted;
  byId("address").focus();
  notice(say("open.ready"), true);
});

showWords();
attempt(async () => {
  const start = await get("start");
  history = start.history;
  state.kinds = start.kinds;
  prepareTeaching(start, afterChange);
  setFocus(start.focus);
  showUndo();
  await follow();
})();
window.addEventListener("hashchange", follow);
