// One block in depth: its fate, the rule, the score with its strongest features, its place, what can be taught.
import { attempt, button, make } from "./build.js";
import { column } from "./columns.js";
import { get } from "./server.js";
import { say } from "./words.js";
import { label, state } from "./page.js";
import { teach } from "./teach.js";

/** The part below a block that says why. */
export function detail(index) {
  const block = state.shown.blocks[index];
  const score = block.score === null ? say("block.score.none") : say("block.score.of", block.score.toFixed(2));
  const rows = [
    ["block.fate", block.kept ? say("block.kept") : say("block.removed", label(block))],
    ["block.rule", make("code", {}, block.rule)],
    ["block.score", score],
    ["block.path", make("code", {}, block.path || "body")],
  ];
  const shares = make("div");
  const actions = make("div", { class: "actions" },
    button(say("teach.remove"), () => teach(index, "remove")),
    button(say("teach.keep"), () => teach(index, "keep"), "plain"),
    button(say("teach.body"), () => teach(index, "body"), "plain"));
  if (block.score !== null) fill(shares, index, block);
  return make("div", { class: "detail" },
    make("dl", {}, rows.flatMap(([key, value]) => [make("dt", {}, say(key)), make("dd", {}, value)])),
    shares, actions);
}

const fill = attempt(async (place, index, block) => {
  const answer = await get("block", { page: state.page, focus: state.focus, index });
  const against = say(block.kept ? "block.why.removed" : "block.why.kept");
  const title = make("p", { class: "soft" }, answer.shares.length ? say("block.why", against) : say("block.why.none"));
  place.replaceChildren(title, make("div", { class: "shares" }, bars(answer.shares)));
});

/** A value in words: kinds are numbered in the order of their list, and −1 is none. */
function value({ column: name, value: number }) {
  const isKind = ["phrase", "negative-kind", "mark", "heading-before-phrase"].includes(name.split("[")[0]);
  if (isKind) return number < 0 ? "–" : say("kind." + state.kinds[number]);
  return Number.isInteger(number) ? String(number) : number.toFixed(2);
}

/** A row for each feature: its name and value, and a bar for or against the article. */
function bars(shares) {
  const most = Math.max(...shares.map((one) => Math.abs(one.share)), 0.01);
  return shares.flatMap((one) => {
    const bar = make("i", { class: one.share > 0 ? "for" : "against" });
    bar.style.width = (Math.abs(one.share) / most) * 50 + "%";
    return [
      make("span", {}, column(one.column), " = ", value(one)),
      make("span", { class: "bar", "aria-hidden": "true" }, bar),
      make("span", { class: "number" }, (one.share > 0 ? "+" : "−") + Math.abs(one.share).toFixed(2)),
    ];
  });
}
