// One trace as a waterfall. Only the rows in sight are elements, and many siblings of one name are one row until opened,
// so that a run over thousands of tenants stays readable.
import { $, colour, duration, el, get, live, openDrawer, query, search, tag, time } from "./common.js";
import { logFacts, openSpan } from "./details.js";

const rowHeight = 30;
const manySiblings = 15;
let trace, roots, rows = [], chosen = -1;
const closed = new Set(), opened = new Set();

/** Spans as a tree. One whose parent is not here, or no longer, stands at the top. */
function tree(spans) {
  const nodes = new Map(spans.map(span => [span.spanId, { key: span.spanId, span, children: [] }]));
  const top = [];
  for (const node of nodes.values()) {
    const parent = node.span.parentId && nodes.get(node.span.parentId);
    (parent && parent !== node ? parent.children : top).push(node);
  }
  return top;
}

function grouped(parent, children) {
  const byName = Map.groupBy(children, child => child.span.name);
  const result = [];
  for (const child of children) {
    const siblings = byName.get(child.span.name);
    if (siblings.length < manySiblings) result.push(child);
    else if (siblings[0] === child) result.push({ key: `${parent}/${child.span.name}`, group: siblings, children: siblings });
  }
  return result;
}

function flatten() {
  rows = [];
  const visit = (node, depth) => {
    const isOpen = node.group ? opened.has(node.key) : !closed.has(node.key);
    rows.push({ node, depth, isOpen });
    if (!isOpen) return;
    for (const child of node.group ? node.children : grouped(node.key, node.children)) visit(child, depth + 1);
  };
  for (const node of grouped("", roots)) visit(node, 0);
}

const extent = node => node.group
  ? { start: Math.min(...node.group.map(one => one.span.start)), end: Math.max(...node.group.map(one => one.span.start + one.span.duration)) }
  : { start: node.span.start, end: node.span.start + node.span.duration };

function rowOf({ node, depth, isOpen }, index) {
  const { start, end } = extent(node);
  const failed = node.group ? node.group.filter(one => one.span.isError).length : node.span.isError ? 1 : 0;
  const span = node.group ? node.group[0].span : node.span;
  const percent = value => `${(value - trace.start) / trace.duration * 100}%`;
  const hasChildren = node.children.length > 0;
  const name = node.group ? `${span.name} × ${node.group.length}` : span.name;
  const hint = span.attributes["tenant.id"] && depth > 0 && !node.group ? span.attributes["tenant.id"].slice(0, 8) : span.attributes["url.path"] ?? "";
  return el("div", {
    class: `span-row ${index === chosen ? "chosen" : ""}`, role: "treeitem", id: `span-${index}`, "aria-level": depth + 1, "aria-selected": index === chosen,
    "aria-expanded": hasChildren ? isOpen : undefined, "aria-label": `${name}, ${duration(end - start)}${failed ? ", failed" : ""}`,
    style: { top: `${index * rowHeight}px` }, onclick: () => { choose(index); open(node); },
  },
    el("div", { class: "span-name", style: { paddingLeft: `${8 + Math.min(depth, 12) * 14}px` } },
      el("span", { class: hasChildren ? `toggle ${isOpen ? "open" : ""}` : "toggle none", onclick: event => { event.stopPropagation(); toggle(index); } }, hasChildren ? "›" : ""),
      el("i", { class: `dot ${colour(span.resource)}` }), el("span", { class: "span-text" }, name), hint && el("span", { class: "hint" }, hint), failed > 0 && el("b", { class: "failed-mark", title: "Failed" }, node.group ? failed : "!")),
    el("div", { class: "span-time" },
      el("i", { class: `span-bar ${failed && !node.group ? "error" : colour(span.resource)} ${node.group ? "group" : ""}`, style: { left: percent(start), width: `max(3px, ${(end - start) / trace.duration * 100}%)` } }),
      el("span", { class: "span-label", style: { left: `calc(${percent(end)} + 8px)` } },
        node.group ? `${duration(node.group.reduce((sum, one) => sum + one.span.duration, 0) / node.group.length)} each` : duration(end - start))));
}

function draw() {
  const view = $("waterfall"), canvas = $("canvas");
  canvas.style.height = `${rows.length * rowHeight}px`;
  const top = Math.max(0, view.scrollTop - 300), bottom = view.scrollTop + view.clientHeight + 300;
  const from = Math.floor(top / rowHeight), to = Math.min(rows.length, Math.ceil(bottom / rowHeight));
  canvas.replaceChildren(...rows.slice(from, to).map((row, i) => rowOf(row, from + i)));
  if (chosen >= 0) view.setAttribute("aria-activedescendant", `span-${chosen}`);
}

function choose(index) {
  chosen = Math.max(0, Math.min(rows.length - 1, index));
  const view = $("waterfall"), at = chosen * rowHeight, header = 30;
  if (at < view.scrollTop) view.scrollTop = at;
  else if (at + rowHeight + header > view.scrollTop + view.clientHeight) view.scrollTop = at + rowHeight + header - view.clientHeight;
  draw();
}

function toggle(index, wanted) {
  const { node, isOpen } = rows[index];
  if (!node.children.length || wanted === isOpen) return false;
  const set = node.group ? opened : closed;
  set.has(node.key) ? set.delete(node.key) : set.add(node.key);
  flatten();
  draw();
  return true;
}

function open(node) {
  if (node.group) { toggle(rows.findIndex(row => row.node === node || row.node.key === node.key)); return; }
  openSpan(node.span, trace, entry => openDrawer("Log entry", ...logFacts(entry)));
}

function keys(event) {
  if (!rows.length) return;
  const handled = {
    ArrowDown: () => choose(chosen + 1), ArrowUp: () => choose(chosen - 1), Home: () => choose(0), End: () => choose(rows.length - 1),
    PageDown: () => choose(chosen + 12), PageUp: () => choose(chosen - 12),
    ArrowRight: () => { if (chosen >= 0 && !toggle(chosen, true)) choose(chosen + 1); },
    ArrowLeft: () => {
      if (chosen < 0 || toggle(chosen, false)) return;
      let parent = chosen;
      while (parent > 0 && rows[parent].depth >= rows[chosen].depth) parent--;
      choose(parent);
    },
    Enter: () => chosen >= 0 && open(rows[chosen].node),
  }[event.key];
  if (handled) { event.preventDefault(); handled(); }
}

function heading() {
  const first = trace.spans.find(span => !span.parentId) ?? trace.spans[0];
  const failed = trace.spans.filter(span => span.isError).length;
  $("trace-name").textContent = first?.name ?? "Trace";
  document.title = `${first?.name ?? "Trace"} – traces`;
  $("trace-facts").replaceChildren(
    `${time(trace.start)} · ${duration(trace.duration)} · ${trace.spans.length} span${trace.spans.length === 1 ? "" : "s"}`,
    trace.dropped ? ` (${trace.dropped} more are gone)` : "", failed ? ` · ${failed} failed` : "", " · ",
    ...[...new Set(trace.spans.map(span => span.resource))].flatMap(name => [tag(name), " "]),
    el("code", {}, trace.traceId));
  $("trace-logs").href = `/logs?${search({ trace: trace.traceId })}`;
  $("trace-logs").textContent = `Logs (${trace.logs.length})`;
  $("ticks").replaceChildren(...[0, 0.25, 0.5, 0.75, 1].map(share => el("span", { style: { left: `${share * 100}%` } }, duration(trace.duration * share))));
}

async function load(id) {
  const found = await get(`/api/traces/${id}`);
  if (trace?.spans.length === found.spans.length && trace.logs.length === found.logs.length) return;
  trace = found;
  trace.start = trace.spans.reduce((least, span) => Math.min(least, span.start), Infinity);
  trace.duration = Math.max(0.001, trace.spans.reduce((most, span) => Math.max(most, span.start + span.duration), 0) - trace.start);
  roots = tree(trace.spans);
  flatten();
  heading();
  draw();
}

export async function showTrace(id) {
  try { await load(id); }
  catch (error) { $("trace-name").textContent = "No such trace"; $("trace-facts").textContent = error.message; return; }
  $("waterfall").addEventListener("scroll", draw, { passive: true });
  $("waterfall").addEventListener("keydown", keys);
  $("all").addEventListener("click", () => { closed.clear(); for (let before = -1; before !== rows.length;) { before = rows.length; rows.forEach(row => row.node.group && opened.add(row.node.key)); flatten(); } draw(); });
  addEventListener("resize", draw);
  const wanted = query.get("span");
  if (wanted) {
    const index = rows.findIndex(row => row.node.key === wanted);
    if (index >= 0) { choose(index); open(rows[index].node); }
  }
  live(["spans", "logs"], () => load(id));
}
