import { $, el, filters, get, live, openDrawer, options, search, tag, time } from "./common.js";
import { logFacts } from "./details.js";

let paused = false, entries = [], before = null, older = false;
const values = filters($("filters"), () => { older = false; run(); });

function row(entry) {
  return el("tr", { class: `level-${entry.level.toLowerCase()}` },
    el("td", { class: "time" }, time(entry.time)),
    el("td", {}, el("span", { class: `level ${entry.level.toLowerCase()}` }, entry.level.slice(0, 11))),
    el("td", {}, tag(entry.resource)),
    el("td", { class: "message" }, el("button", { type: "button", class: "link plain", onclick: () => openDrawer("Log entry", ...logFacts(entry)) }, entry.message || entry.event || "(no message)"),
      el("span", { class: "kind" }, entry.category)),
    el("td", { class: "mono" }, entry.traceId && el("a", { href: `/traces?${search({ trace: entry.traceId, span: entry.spanId })}` }, entry.traceId.slice(0, 7))));
}

function draw(resources) {
  options($("filters").elements.resource, resources, "All resources");
  $("entries").replaceChildren(...entries.map(row));
  $("none").hidden = entries.length > 0;
  $("older").hidden = !before;
}

const run = live(["logs"], async () => {
  if (paused || older) return;
  const page = await get(`/api/logs?${search(values())}`);
  ({ entries, before = null } = page);
  draw(page.resources);
});

$("older").addEventListener("click", async () => {
  // Older ones stay in place: what is new waits until a filter changes.
  older = true;
  const page = await get(`/api/logs?${search({ ...values(), before })}`);
  entries = [...entries, ...page.entries];
  before = page.before ?? null;
  draw(page.resources);
});
$("pause").addEventListener("click", event => {
  paused = !paused;
  event.currentTarget.setAttribute("aria-pressed", paused);
  event.currentTarget.textContent = paused ? "Go on" : "Pause";
  if (!paused) { older = false; run(); }
});
