// Teaching: a wish becomes a proposal, a proposal a preview, and only a preview can be applied.
import { attempt, button, byId, make, notice } from "./build.js";
import { post } from "./server.js";
import { count, say } from "./words.js";
import { state } from "./page.js";

/** Blocks of a page that the preview names. */
const LINES_SHOWN = 8;

let settings = { kinds: [], rules: null };
let changed = () => {};

/** What the dialog needs to know: the kinds of blocks, where rules go, and what to do after a change. */
export function prepareTeaching(start, afterChange) {
  settings = start;
  changed = afterChange;
}

const dialog = byId("teach");
const fail = (text) => {
  const place = dialog.querySelector(".error");
  place.textContent = text;
  place.hidden = !text;
};

function show(title, ...parts) {
  const heading = make("h2", { id: "teach-title" }, title);
  dialog.replaceChildren(heading, ...parts.flat().filter(Boolean));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

const errorPlace = () => make("p", { class: "error", role: "alert", hidden: true });
const close = () => button(say("teach.close"), () => dialog.close(), "plain");

/** Opens the dialog for a block. */
export const teach = attempt(async (index, aim) => {
  const wish = { page: state.page, focus: state.focus, index, aim };
  const proposal = await post("propose", wish);
  showProposal(wish, proposal, null);
});

function showProposal(wish, proposal, last) {
  const { text } = state.shown.blocks[wish.index];
  const options = [...selectorOptions(wish, proposal), ...phraseOptions(wish, proposal)];
  const quote = make("blockquote", { dir: "auto" }, text);
  const hints = [
    !settings.rules && make("p", { class: "soft" }, say("teach.scratch")),
    !proposal.host && make("p", { class: "verdict" }, say("teach.nosite")),
  ];
  const title = say("teach." + wish.aim);
  if (!options.length) {
    show(title, quote, hints, make("p", {}, say("teach.nothing")), make("div", { class: "foot" }, close()));
    return;
  }
  const form = make("form", { method: "dialog" }, options.map((option) => option.node), errorPlace(),
    make("div", { class: "foot" }, close(), make("button", { type: "submit" }, say("teach.preview"))));
  const radios = [...form.querySelectorAll("input[name=way]")];
  const preferred = last ?? (wish.aim === "keep" && proposal.phrase?.exception_to ? proposal.selectors.length : 0);
  radios[Math.min(preferred, radios.length - 1)].checked = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = radios.findIndex((radio) => radio.checked);
    attempt(async () => {
      const lesson = options.flatMap((option) => option.lessons)[chosen]();
      const preview = await post("preview", { page: wish.page, focus: wish.focus, index: wish.index, lesson });
      showPreview(wish, proposal, chosen, preview);
    }, fail)();
  });
  show(title, quote, hints, form);
}

const way = (label, hint) => make("label", { class: "choice" }, make("input", { type: "radio", name: "way" }),
  label, hint && make("span", { class: "soft" }, hint));

/** A choice for each selector, and one that can be edited. */
function selectorOptions(wish, proposal) {
  if (!proposal.host) return [];
  const own = make("input", { value: proposal.selectors[0]?.selector || "", spellcheck: false, "aria-label": say("teach.selector") });
  const hint = (one) => say("teach.hits", count(one.blocks), count(one.kept)) + (one.fragile ? say("teach.fragile") : "");
  const rows = proposal.selectors.map((one) => way(make("code", {}, one.selector), hint(one)));
  const edited = way(make("span", {}, own));
  own.addEventListener("input", () => (edited.querySelector("[type=radio]").checked = true));
  const lesson = (selector) => () => ({ form: "selector", aim: wish.aim, selector: selector() });
  return [{
    node: make("fieldset", { class: "plain" }, make("legend", {}, say("teach.site", proposal.host)), rows, edited),
    lessons: [...proposal.selectors.map((one) => lesson(() => one.selector)), lesson(() => own.value)],
  }];
}

function phraseOptions(wish, { phrase }) {
  if (!phrase) return [];
  const field = (key, control) => make("label", {}, make("span", {}, say(key)), control);
  const words = make("input", { value: phrase.phrase });
  if (phrase.exception_to) {
    const node = make("fieldset", { class: "plain fields" },
      make("legend", {}, say("teach.exception", phrase.exception_to)), way(say("scope.begins")), field("teach.words", words));
    return [{ node, lessons: [() => ({ form: "exception", rule: phrase.exception_to, phrase: words.value })] }];
  }
  const pick = (names, prefix, chosen) => make("select", {},
    names.map((name) => make("option", { value: name, selected: name === chosen }, say(prefix + name))));
  const scope = pick(["line", "begins", "contains"], "scope.", phrase.scope);
  const kind = pick(settings.kinds.filter((name) => name !== "title"), "kind.", phrase.kind);
  const tongue = make("input", { value: phrase.language, maxLength: 3, spellcheck: false });
  const keep = make("textarea", { rows: 2, value: phrase.keep || "" });
  const node = make("fieldset", { class: "plain fields" }, make("legend", {}, say("teach.phrase")),
    way(make("span", {}, say("teach.words"))), words, field("teach.scope", scope), field("teach.kind", kind),
    field("teach.language", tongue), field("teach.example", keep));
  words.setAttribute("aria-label", say("teach.words"));
  node.addEventListener("input", (event) => {
    if (event.target.type !== "radio") node.querySelector("[type=radio]").checked = true;
  });
  return [{ node, lessons: [() => ({
    form: "phrase", phrase: words.value, scope: scope.value, kind: kind.value, language: tongue.value.trim(), keep: keep.value,
  })] }];
}

function showPreview(wish, proposal, chosen, preview) {
  const { here, others } = preview;
  const site = preview.site || say("preview.all");
  const row = (label, before, after) => make("tr", {}, make("th", { scope: "row" }, label),
    make("td", {}, count(before)), make("td", {}, count(after)));
  const table = make("table", { class: "numbers" },
    make("thead", {}, make("tr", {}, make("th"), make("th", { scope: "col" }, say("preview.before")),
      make("th", { scope: "col" }, say("preview.after")))),
    make("tbody", {}, row(say("preview.here"), here.before.blocks, here.after.blocks),
      row(say("preview.here.chars"), here.before.chars, here.after.chars),
      others.tried > 0 && row(say("preview.saved", site), others.before.blocks, others.after.blocks),
      others.tried > 0 && row(say("preview.saved.chars", site), others.before.chars, others.after.chars)));
  const pages = others.pages.map((page) => make("details", {},
    make("summary", {}, page.title || page.name, make("span", { class: "soft" }, ` − ${page.removed.length} + ${page.added.length}`)),
    lines(page)));
  const apply = button(say("teach.apply"), attempt(async () => {
    const answer = await post("apply", { preview: preview.preview });
    dialog.close();
    await changed(answer.history);
    notice(say("applied", answer.done), true);
  }, fail));
  show(say("preview.title"), make("p", { class: "soft" }, preview.note), table,
    here.changed ? lines(here) : make("p", { class: "verdict" }, say("preview.none")),
    here.changed > 0 && !touches(here, wish) && make("p", { class: "verdict" }, say("preview.stays")),
    make("p", {}, say("preview.tried", count(others.tried), count(others.changed))), pages,
    make("details", {}, make("summary", {}, say("preview.file", preview.file)), make("pre", { class: "file code" }, preview.written)),
    errorPlace(),
    make("div", { class: "foot" }, close(), button(say("teach.back"), () => showProposal(wish, proposal, chosen), "plain"), apply));
  apply.focus();
}

/** Whether the block itself is among those that change. */
function touches(page, wish) {
  const { text } = state.shown.blocks[wish.index];
  return [...page.removed, ...page.added, ...page.altered.flat()].includes(text);
}

/** The blocks that go and come back. */
function lines(page) {
  const line = (kind) => (text) => make("li", { class: kind, dir: "auto" },
    make("b", {}, say(kind === "gone" ? "preview.gone" : "preview.back")), " ", text);
  const altered = page.altered.flatMap(([before, after]) => [line("gone")(before), line("back")(after)]);
  const all = [...page.removed.map(line("gone")), ...page.added.map(line("back")), ...altered];
  const more = all.length > LINES_SHOWN && make("li", { class: "soft" }, say("preview.more", count(all.length - LINES_SHOWN)));
  return make("ul", { class: "lines" }, all.slice(0, LINES_SHOWN), more);
}
