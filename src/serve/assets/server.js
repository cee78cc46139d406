// What is asked of the server, always with the key that came with the page.

const key = document.querySelector("meta[name=tamis-key]").content;

async function ask(path, options = {}) {
  const response = await fetch("/api/" + path, { ...options, headers: { "x-tamis-key": key, ...options.headers } });
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = { error: text || response.statusText };
  }
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const query = (values) => "?" + new URLSearchParams(values);

/** Asks for something. */
export const get = (path, values = {}) => ask(path + query(values));

/** Has something done. */
export const post = (path, body = {}) =>
  ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** Sends a file or text as it is. */
export const upload = (bytes, values) =>
  ask("upload" + query(values), { method: "POST", headers: { "content-type": "application/octet-stream" }, body: bytes });
