import { $, el, filters, get, listen, options, tag } from "./common.js";
import { plain, render } from "./ansi.js";

const most = 4000;
const lines = [];
const seen = new Map();
let paused = false, close = null, resource = null;
const view = $("lines");
const values = filters($("filters"), changed);

const matches = line => { const text = values().text.toLowerCase(); return !text || line.plain.toLowerCase().includes(text); };
const isAtEnd = () => view.scrollHeight - view.scrollTop - view.clientHeight < 40;

function row(line) {
  return el("div", { class: line.isError ? "line error" : "line" },
    el("time", { datetime: line.time }, line.time.slice(11, 23)), !resource && tag(line.resource), el("span", { class: "text" }, render(line.text, values().text.toLowerCase())));
}

function count() {
  const shown = view.childElementCount;
  $("count").textContent = `${shown} line${shown === 1 ? "" : "s"}${shown < lines.length ? ` of ${lines.length}` : ""}${paused ? " – paused" : ""}`;
}

function drawAll() {
  view.replaceChildren(...lines.filter(matches).map(row));
  view.scrollTop = view.scrollHeight;
  count();
}

function received(batch) {
  const news = batch.filter(line => (seen.get(line.resource) ?? 0) < line.number);
  for (const line of news) { seen.set(line.resource, line.number); line.plain = plain(line.text); lines.push(line); }
  const isFirst = lines.length === news.length;
  // What comes of several resources at first is sorted by time; after that it comes as it happens.
  if (!resource) lines.sort((a, b) => a.time < b.time ? -1 : a.time > b.time ? 1 : 0);
  if (lines.length > most) lines.splice(0, lines.length - most);
  if (paused) return;
  if (isFirst || !resource && view.childElementCount < 1000) { const end = isAtEnd(); const top = view.scrollTop; drawAll(); if (!end && !isFirst) view.scrollTop = top; return; }
  const stick = isAtEnd();
  view.append(...news.filter(matches).map(row));
  while (view.childElementCount > most) view.firstChild.remove();
  if (stick) view.scrollTop = view.scrollHeight;
  count();
}

function changed() {
  view.classList.toggle("wrap", values().wrap === "true");
  if (values().resource !== resource) {
    resource = values().resource;
    lines.length = 0;
    seen.clear();
    view.replaceChildren();
    close?.();
    close = listen(`/api/console${resource ? `?resource=${encodeURIComponent(resource)}` : ""}`, received);
  } else drawAll();
}

$("pause").addEventListener("click", event => {
  paused = !paused;
  event.currentTarget.setAttribute("aria-pressed", paused);
  event.currentTarget.textContent = paused ? "Go on" : "Pause";
  paused ? count() : drawAll();
});
$("clear").addEventListener("click", () => { lines.length = 0; drawAll(); });
$("download").addEventListener("click", () => {
  const text = lines.map(line => `${line.time} ${resource ? "" : `[${line.resource}] `}${line.plain}\n`).join("");
  const link = el("a", { href: URL.createObjectURL(new Blob([text], { type: "text/plain" })), download: `${resource || "console"}.log` });
  link.click();
  URL.revokeObjectURL(link.href);
});

options($("filters").elements.resource, (await get("/api/resources")).filter(one => one.startedAt || one.commands.length).map(one => one.name), "All resources");
changed();
