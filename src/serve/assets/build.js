// Making elements. Text goes in as text: nothing here ever reads markup.

/** The element with an id. */
export const byId = (id) => document.getElementById(id);

/** An element with properties and children; a child that is no node becomes text. */
export function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "on") for (const [event, action] of Object.entries(value)) node.addEventListener(event, action);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** What is still to be put into a place. */
const unfinished = new WeakMap();

/** Fills a place with what the makers make: the first ones at once, the others after the first paint. */
export function fillPlace(place, makers, first) {
  let at = 0;
  const more = (end) => {
    if (unfinished.get(place) !== rest) return;
    const part = document.createDocumentFragment();
    for (; at < end; at++) part.append(makers[at]());
    place.append(part);
  };
  const rest = () => more(makers.length);
  unfinished.set(place, rest);
  place.replaceChildren();
  more(Math.min(first, makers.length));
  if (at < makers.length) requestAnimationFrame(() => setTimeout(rest));
}

/** Puts the others in now. */
export const finish = (place) => unfinished.get(place)?.();

/** A button. */
export const button = (label, action, kind = "") =>
  make("button", { type: "button", class: kind, on: { click: action } }, label);

/** Says something above everything else: a failure, or what was done. */
export function notice(text, isGood = false) {
  const place = byId("notice");
  place.textContent = text || "";
  place.hidden = !text;
  place.classList.toggle("good", isGood);
  if (text) place.scrollIntoView({ block: "nearest" });
}

/** Does something that may fail, and says so where it failed. */
export function attempt(action, tell = notice) {
  return async (...values) => {
    try {
      await action(...values);
    } catch (error) {
      tell(error.message);
    }
  };
}
