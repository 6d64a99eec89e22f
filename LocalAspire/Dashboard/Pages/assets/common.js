// What the pages have in common: elements, requests, live updates, formats, the drawer, questions.

/** An element with attributes and children. Text always becomes a text node: what resources print can never become markup. */
export function el(tag, attributes, ...children) {
  const node = tag === "svg" || svgTags.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    // What is off is absent, but for ARIA: there it is "false".
    const isAria = name.startsWith("aria-");
    if (value === undefined || value === null || (value === false && !isAria)) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(node.style, value);
    else node.setAttribute(name, value === true && !isAria ? "" : value);
  }
  node.append(...children.flat(Infinity).filter(child => child !== undefined && child !== null && child !== false));
  return node;
}
const svgTags = new Set(["path", "line", "g", "rect", "text", "circle", "polyline", "title", "marker", "defs"]);

export const $ = id => document.getElementById(id);

export async function get(path) {
  const response = await fetch(path);
  if (response.status === 401) { location.href = "/login"; throw new Error("signed out"); }
  if (!response.ok) throw Object.assign(new Error(await response.text()), { status: response.status });
  return response.json();
}

export async function post(path) {
  const response = await fetch(path, { method: "POST" });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** The page's filters, kept in its address so that it can be sent to somebody and comes back on reload. */
export const query = {
  get: name => new URLSearchParams(location.search).get(name) ?? "",
  set(values) {
    const search = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(values)) value ? search.set(name, value) : search.delete(name);
    history.replaceState(null, "", search.size ? `?${search}` : location.pathname);
  },
};

/** Joins names and values to a query string, leaving out what is empty. */
export const search = values => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false));

/**
 * Calls back when one of the named numbers has grown: resources, logs, spans, metrics. A hidden page listens to nothing,
 * as a browser keeps only a few connections to one server.
 */
export function live(names, changed) {
  let last = null, busy = false, again = false;
  const run = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try { await changed(); }
    catch (error) { console.warn(error); }
    finally { busy = false; if (again) { again = false; setTimeout(run, 300); } }
  };
  listen("/api/live", versions => {
    if (!last || names.some(name => versions[name] !== last[name])) run();
    last = versions;
  });
  return run;
}

/** Listens to server-sent events while the page can be seen. */
export function listen(path, received, restarted) {
  let source = null;
  const say = (text, isUp) => { const at = $("connection"); at.textContent = text; at.classList.toggle("up", isUp); };
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(path);
    source.onopen = () => { say("live", true); restarted?.(); };
    source.onerror = () => say("offline", false);
    source.onmessage = event => received(JSON.parse(event.data));
  };
  const close = () => { source?.close(); source = null; };
  document.addEventListener("visibilitychange", () => document.hidden ? close() : open());
  addEventListener("pagehide", close);
  open();
  return close;
}

// Formats.

export function duration(ms) {
  if (ms < 0.001) return "0";
  if (ms < 1) return `${(ms * 1000).toFixed(0)} µs`;
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  const s = Math.round(ms / 1000);
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor(s % 86_400 / 3600)} h`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
export const time = at => clock.format(new Date(at));
export const moment = at => new Date(at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** A number with at most four digits that count, and a letter for its size. */
export function number(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  for (const [from, letter] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
    if (size >= from) return `${+(value / (letter === "k" ? 1e3 : from)).toPrecision(3)} ${letter}`;
  }
  return size < 0.001 ? value.toExponential(1) : String(+value.toPrecision(4));
}

const colours = new Map();
/** The same colour for the same name on every page. */
export function colour(name) {
  if (!colours.has(name)) {
    let hash = 0;
    for (const c of name) hash = (hash * 31 + c.codePointAt(0)) >>> 0;
    colours.set(name, `c${hash % 8}`);
  }
  return colours.get(name);
}

export const tag = name => el("span", { class: `tag ${colour(name)}` }, name);

// The drawer: the whole of whatever is chosen.

export function openDrawer(title, ...content) {
  const drawer = $("drawer");
  drawer.replaceChildren(
    el("header", {}, el("h2", { id: "drawer-title" }, title),
      el("button", { type: "button", class: "quiet", onclick: () => drawer.close(), "aria-label": "Close" }, "✕")),
    el("div", { class: "drawer-body" }, ...content));
  if (!drawer.open) drawer.showModal();
  drawer.querySelector(".drawer-body").scrollTop = 0;
}

/** Names and values; a value may be an element. */
export function facts(title, entries, open = true) {
  const rows = entries.filter(([, value]) => value !== undefined && value !== null && value !== "");
  if (!rows.length) return null;
  return el("details", { class: "facts", open },
    el("summary", {}, title, el("span", { class: "count" }, rows.length)),
    el("dl", {}, rows.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
}

/** Asks before something is done. */
export function confirm(question, action) {
  return new Promise(resolve => {
    const dialog = el("dialog", { class: "question", "aria-label": question },
      el("p", {}, question),
      el("div", { class: "actions" },
        el("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
        el("button", { type: "button", class: "primary", autofocus: true, onclick: () => dialog.close("yes") }, action)));
    dialog.addEventListener("close", () => { resolve(dialog.returnValue === "yes"); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function toast(text, isError) {
  const note = el("p", { class: isError ? "toast error" : "toast" }, text);
  $("toasts").append(note);
  setTimeout(() => note.remove(), isError ? 12_000 : 5_000);
}

/** A select with a first entry that means all; keeps its choice when the entries change. */
export function options(select, values, all) {
  const chosen = select.value || select.dataset.wanted || "";
  const names = chosen && !values.includes(chosen) ? [...values, chosen] : values;
  if (select.dataset.names === names.join("\n") && select.options.length) return;
  select.dataset.names = names.join("\n");
  select.replaceChildren(el("option", { value: "" }, all), ...names.map(name => el("option", { value: name }, name)));
  select.value = chosen;
}

/** Ties a form's fields to the page's address and calls back when one changes. */
export function filters(form, changed) {
  for (const field of form.elements) {
    if (!field.name) continue;
    const wanted = query.get(field.name);
    if (field.type === "checkbox") field.checked = wanted === "true";
    else if (field.tagName === "SELECT") { field.dataset.wanted = wanted; field.value = wanted; }
    else field.value = wanted;
  }
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { query.set(values()); changed(); }, 200);
  });
  form.addEventListener("submit", event => event.preventDefault());
  const values = () => Object.fromEntries([...form.elements].filter(field => field.name)
    .map(field => [field.name, field.type === "checkbox" ? (field.checked ? "true" : "") : field.value || (field.options?.length ? "" : field.dataset.wanted ?? "")]));
  return values;
}

$("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const next = { undefined: "dark", dark: "light", light: undefined }[root.dataset.theme];
  if (next) { root.dataset.theme = next; localStorage.setItem("theme", next); }
  else { delete root.dataset.theme; localStorage.removeItem("theme"); }
});
