import { $, colour, duration, el, filters, get, live, options, query, search, tag, time } from "./common.js";
import { showTrace } from "./waterfall.js";

let paused = false;
const id = query.get("trace");

function row(trace, longest) {
  // By the logarithm: a request of 2 ms and a run of 2 minutes are both to be seen.
  const share = Math.log1p(trace.duration) / Math.log1p(longest || 1);
  return el("tr", { class: trace.errors ? "failed" : "" },
    el("td", { class: "time" }, time(trace.start)),
    el("td", { class: "message" },
      el("a", { href: `/traces?${search({ trace: trace.traceId })}` }, trace.name),
      el("span", { class: "kind" }, trace.traceId.slice(0, 7), trace.tenant && ` · tenant ${trace.tenant.slice(0, 8)}`)),
    el("td", { class: "spans" }, Object.entries(trace.resources).map(([name, count]) => el("span", { class: `tag ${colour(name)}` }, `${name} ${count}`)),
      trace.errors > 0 && el("span", { class: "level error" }, `${trace.errors} failed`)),
    el("td", { class: "bar-column" }, el("div", { class: "duration" },
      el("i", { class: trace.errors ? "error" : colour(trace.resource), style: { width: `${Math.max(2, share * 100)}%` } }), el("span", {}, duration(trace.duration)))));
}

if (id) {
  $("list").hidden = true;
  $("trace").hidden = false;
  await showTrace(id);
} else {
  const values = filters($("filters"), () => run());
  const run = live(["spans"], async () => {
    if (paused) return;
    const page = await get(`/api/traces?${search(values())}`);
    options($("filters").elements.resource, page.resources, "All resources");
    const longest = Math.max(1, ...page.traces.map(trace => trace.duration));
    $("traces").replaceChildren(...page.traces.map(trace => row(trace, longest)));
    $("none").hidden = page.traces.length > 0;
  });
  $("pause").addEventListener("click", event => {
    paused = !paused;
    event.currentTarget.setAttribute("aria-pressed", paused);
    event.currentTarget.textContent = paused ? "Go on" : "Pause";
    if (!paused) run();
  });
}
