import { $, el, filters, get, live, number, options, query, search, time } from "./common.js";
import { drawChart } from "./chart.js";

let instruments = [], chosen = null;
const values = filters($("controls"), () => draw());
const keyOf = one => [one.service, one.meter, one.name].join("|");

function list() {
  const wanted = $("find").value.toLowerCase();
  const found = instruments.filter(one => !wanted || keyOf(one).toLowerCase().includes(wanted));
  const groups = Map.groupBy(found, one => `${one.service} · ${one.meter}`);
  $("instruments").replaceChildren(...[...groups].map(([name, ones]) => el("section", {},
    el("h2", {}, name),
    ones.map(one => el("button", { type: "button", class: "instrument", "aria-current": chosen && keyOf(one) === keyOf(chosen) ? "true" : undefined, title: one.description, onclick: () => choose(one) },
      one.name, one.series > 1 && el("span", { class: "count" }, one.series))))));
}

function choose(one) {
  chosen = one;
  query.set({ service: one.service, meter: one.meter, name: one.name });
  for (const field of ["by", "attribute"]) { $("controls").elements[field].value = ""; $("controls").elements[field].dataset.wanted = ""; }
  query.set({ by: "", attribute: "" });
  list();
  draw();
}

async function draw() {
  if (!chosen) return;
  const one = instruments.find(other => keyOf(other) === keyOf(chosen)) ?? chosen;
  const dimensions = Object.keys(one.dimensions).sort();
  options($("controls").elements.by, dimensions, "All together");
  options($("controls").elements.attribute, dimensions.flatMap(key => one.dimensions[key].map(value => `${key}=${value}`)), "Everything");
  $("title").textContent = one.name;
  const { by, attribute, minutes } = values();
  const chart = await get(`/api/metrics/chart?${search({ service: one.service, meter: one.meter, name: one.name, by, attribute, minutes })}`);
  $("about").textContent = [one.description, `${one.kind}${chart.unit ? ` in ${chart.unit}` : ""} of ${one.service}`].filter(Boolean).join(" · ");
  drawChart($("chart"), $("legend"), chart, one.name);
  $("exemplars").replaceChildren(chart.exemplars.length ? el("details", { class: "facts surface", open: true }, el("summary", {}, "Examples", el("span", { class: "count" }, chart.exemplars.length)),
    el("ul", { class: "exemplars" }, chart.exemplars.slice(0, 8).map(example => el("li", {}, el("a", { href: `/traces?trace=${example.traceId}` }, `${number(example.value)} ${one.unit}`), el("span", { class: "quiet-text" }, ` at ${time(example.time)}`))))) : "");
}

$("find").addEventListener("input", list);
let known = "";
live(["metrics"], async () => {
  instruments = await get("/api/metrics");
  if (!chosen && instruments.length) {
    const wanted = { service: query.get("service"), meter: query.get("meter"), name: query.get("name") };
    chosen = instruments.find(one => keyOf(one) === keyOf(wanted))
      ?? instruments.find(one => one.service === query.get("resource") && one.name === "http.server.request.duration")
      ?? instruments.find(one => one.service === query.get("resource"))
      ?? instruments.find(one => one.name === "http.server.request.duration") ?? instruments[0];
  }
  const now = instruments.map(one => keyOf(one) + one.series).join();
  if (now !== known) { known = now; list(); }
  await draw();
});
