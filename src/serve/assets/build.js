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
