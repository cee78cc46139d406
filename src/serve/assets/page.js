// A page: its blocks in order on the left, the article and the metadata on the right.
import { byId, fillPlace, finish, make } from "./build.js";
import { count, say } from "./words.js";
import { detail } from "./block.js";

/** So many removed blocks in a row for one reason are folded into one line. */
const LONG_RUN = 5;
/** Lines that are made before the first paint: more than any window shows. */
const FIRST_LINES = 150;
/** The start of a folded run that is shown. */
const RUN_CHARS = 90;

/** What is looked at: the number of the page, the focus, the answer of the server, the open block. */
export const state = { page: null, focus: "balanced", shown: null, open: null, filter: null, kinds: [] };

const REASONS = {
  navigation: ["navigation", "breadcrumb"], caption: ["caption", "credit"], related: ["related"], paywall: ["paywall"],
  newsletter: ["newsletter"], share: ["share"], comments: ["comments"], byline: ["byline", "date-line", "author-bio"],
  footer: ["footer"],
};

/** The reason of a block, by which it is coloured. */
export function reason(block) {
  if (block.kept) return "kept";
  if (block.rule === "model") return "model";
  const found = Object.entries(REASONS).find(([, kinds]) => kinds.includes(block.kind));
  return found ? found[0] : "other";
}

/** What a block is called beside its text. */
export const label = (block) => say("kind." + (block.rule === "model" ? "model" : block.kind || "other"));

/** Shows an answer of the server. */
export function showPage() {
  const { shown } = state;
  byId("welcome").hidden = true;
  for (const id of ["page", "result", "tabs"]) byId(id).hidden = false;
  document.querySelector("main").classList.add("loaded");
  const kept = shown.blocks.filter((block) => block.kept).length;
  byId("summary").textContent = say("summary", count(kept), count(shown.blocks.length - kept), shown.encoding);
  byId("page-title").title = shown.name;
  showLegend();
  showBlocks();
  showArticle();
  showMetadata();
}

function showLegend() {
  const counts = new Map();
  for (const block of state.shown.blocks) counts.set(reason(block), (counts.get(reason(block)) || 0) + 1);
  const entries = [...counts].filter(([name]) => name !== "kept").sort((one, other) => other[1] - one[1]);
  const chip = ([name, number]) => make("button", {
    type: "button", class: "hue-" + name, "aria-pressed": String(state.filter === name),
    on: { click: () => {
      state.filter = state.filter === name ? null : name;
      showLegend();
      showBlocks();
    } },
  }, say("kind." + name) + " " + count(number));
  byId("legend").replaceChildren(...entries.map(chip));
}

function showBlocks() {
  const makers = [];
  const { blocks } = state.shown;
  for (let index = 0; index < blocks.length;) {
    const [start, end] = [index, endOfRun(index)];
    if (end - start >= LONG_RUN && !state.filter) makers.push(() => run(start, end));
    else for (let at = start; at < end; at++) if (isWanted(blocks[at])) makers.push(() => item(at));
    index = end;
  }
  fillPlace(byId("blocks"), makers, FIRST_LINES);
  if (state.open !== null && blocks[state.open]) openBlock(state.open, false);
}

const isWanted = (block) => !state.filter || reason(block) === state.filter;

/** Where the removed blocks of one reason end that begin here. */
function endOfRun(start) {
  const { blocks } = state.shown;
  let end = start + 1;
  if (!blocks[start].kept) while (end < blocks.length && reason(blocks[end]) === reason(blocks[start])) end++;
  return end;
}

/** Many removed blocks as one line, whose blocks are made when it is opened. */
function run(start, end) {
  const { blocks } = state.shown;
  const text = blocks.slice(start, end).map((block) => block.text).join(" · ").slice(0, RUN_CHARS);
  const line = make("button", {
    type: "button", "aria-expanded": "false",
    on: { click: () => holder.replaceWith(...Array.from({ length: end - start }, (_, at) => item(start + at))) },
  }, say("run", count(end - start)), " ", make("b", {}, say("kind." + reason(blocks[start]))), " — ", text, "…");
  const holder = make("li", { class: "run removed hue-" + reason(blocks[start]), data: { start, end } }, line);
  return holder;
}

function item(index) {
  const block = state.shown.blocks[index];
  const text = make("span", { class: "text sort-" + block.sort, dir: "auto" }, block.text);
  const why = make("span", { class: "why" }, block.kept ? "" : label(block));
  const line = make("button", {
    type: "button", class: "block", "aria-expanded": "false",
    on: { click: () => (state.open === index ? fold() : openBlock(index)) },
  }, text, why);
  const fate = block.kept ? "kept" : "removed hue-" + reason(block);
  return make("li", { class: fate, data: { index } }, line);
}

/** The list item of a block; opens the run that it is folded into. */
function itemOf(index) {
  const own = () => byId("blocks").querySelector(`li[data-index="${index}"]`);
  if (own()) return own();
  finish(byId("blocks"));
  for (const holder of byId("blocks").querySelectorAll("li.run")) {
    if (Number(holder.dataset.start) <= index && index < Number(holder.dataset.end)) holder.firstChild.click();
  }
  return own();
}

/** Says why a block has its fate. */
export function openBlock(index, moves = true) {
  fold();
  const place = itemOf(index);
  if (!place) return;
  state.open = index;
  place.classList.add("open");
  place.firstChild.setAttribute("aria-expanded", "true");
  place.append(detail(index));
  mark(index);
  if (moves) {
    place.scrollIntoView({ block: "nearest" });
    place.firstChild.focus({ preventScroll: true });
  }
}

/** Folds the open block. */
export function fold() {
  const open = byId("blocks").querySelector("li.open");
  if (open) {
    open.classList.remove("open");
    open.firstChild.setAttribute("aria-expanded", "false");
    open.querySelector(".detail").remove();
  }
  state.open = null;
  mark(null);
}

/** Shows where a block stands in the article. */
function mark(index) {
  for (const old of byId("text").querySelectorAll(".current")) old.classList.remove("current");
  if (index === null) return;
  finish(byId("text"));
  const part = byId("text").querySelector(`[data-block="${index}"]`);
  if (part) {
    part.classList.add("current");
    part.scrollIntoView({ block: "nearest" });
  }
}

const TAGS = { paragraph: "p", heading: "h3", item: "li", quote: "blockquote", code: "pre", cell: "td" };

function showArticle() {
  const { shown } = state;
  const notes = shown.warnings.map((warning) => make("p", { class: "verdict" }, warning));
  if (shown.status !== "ok") notes.unshift(make("p", { class: "verdict" }, say("status.rejected", shown.status, shown.reason)));
  byId("verdict").replaceChildren(...notes);
  const title = shown.metadata.find((origin) => origin.field === "title");
  const makers = title ? [() => make("h1", { dir: "auto" }, title.value)] : [];
  const { article } = shown;
  for (let index = 0; index < article.length;) {
    const start = index;
    while (index < article.length && article[index].sort === "cell") index++;
    const end = index;
    if (end > start) makers.push(() => table(article.slice(start, end)));
    else {
      makers.push(() => part(article[start]));
      index++;
    }
  }
  if (!article.length) makers.push(() => make("p", { class: "soft" }, say("article.none")));
  fillPlace(byId("text"), makers, FIRST_LINES);
}

/** A part of the article; a click shows the block that it is. */
function part({ sort, block, text }) {
  const node = make(TAGS[sort], { dir: "auto", data: block === null ? {} : { block } }, text);
  if (block !== null) node.addEventListener("click", () => jump(block));
  return node;
}

/** Cells in a row, of which those that begin a row of the table have level 1. */
function table(cells) {
  const body = make("tbody");
  for (const cell of cells) {
    if (cell.level === 1 || !body.lastChild) body.append(make("tr"));
    body.lastChild.append(part(cell));
  }
  return make("table", {}, body);
}

function jump(index) {
  if (matchMedia("(max-width: 63.99rem)").matches) showTab("page");
  if (state.filter) {
    state.filter = null;
    showLegend();
    showBlocks();
  }
  openBlock(index);
}

/** On narrow screens: which of the three parts is shown. */
export function showTab(name) {
  document.querySelector("main").dataset.tab = name;
  for (const tab of byId("tabs").children) tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
}

function showMetadata() {
  const rows = state.shown.metadata.flatMap((origin) => {
    const places = origin.places.length ? say("field.from", origin.places.join(", ")) : say("field.derived");
    return [
      make("dt", {}, say("field." + origin.field)),
      make("dd", {}, make("span", { dir: "auto" }, origin.value), make("small", {}, places)),
    ];
  });
  byId("metadata").replaceChildren(...(rows.length ? rows : [make("dd", { class: "soft" }, say("field.none"))]));
}
