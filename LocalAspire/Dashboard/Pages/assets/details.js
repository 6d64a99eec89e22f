// A log entry or a span in full.
import { duration, el, facts, moment, openDrawer, search, tag, time } from "./common.js";

const value = (name, text) => /statement|query\.text|stacktrace|exception/.test(name) || text.includes("\n") ? el("pre", {}, text) : text;
const attributes = map => Object.entries(map).sort(([a], [b]) => a < b ? -1 : 1).map(([name, text]) => [name, value(name, text)]);

export function logFacts(entry) {
  return [
    el("pre", { class: "result" }, entry.message),
    facts("Entry", [
      ["Time", `${moment(entry.time)}`], ["Level", entry.level], ["Resource", tag(entry.resource)], ["Instance", entry.instance], ["Category", entry.category], ["Event", entry.event],
      ["Trace", entry.traceId && el("a", { href: `/traces?${search({ trace: entry.traceId, span: entry.spanId })}` }, entry.traceId)], ["Span", entry.spanId],
    ]),
    facts("Attributes", attributes(entry.attributes)),
  ];
}

export function openSpan(span, trace, onLog) {
  const logs = trace.logs.filter(entry => entry.spanId === span.spanId);
  openDrawer(span.name,
    span.isError && el("p", { class: "problem" }, span.statusMessage || "This span failed."),
    facts("Span", [
      ["Duration", duration(span.duration)], ["Began", `${time(span.start)}, ${duration(span.start - trace.start)} into the trace`], ["Resource", tag(span.resource)],
      ["Kind", span.kind], ["Source", span.scope], ["Span", span.spanId], ["Parent", span.parentId],
    ]),
    facts("Attributes", attributes(span.attributes)),
    facts("Logs", logs.map(entry => [`${duration(entry.time - trace.start)} · ${entry.level}`, el("button", { type: "button", class: "link plain", onclick: () => onLog(entry) }, entry.message)])),
    ...span.events.map(event => facts(`Event: ${event.name}`, [["After", duration(event.time - span.start)], ...attributes(event.attributes)])),
    facts("Links", span.links.map(link => ["Trace", el("a", { href: `/traces?${search({ trace: link.traceId, span: link.spanId })}` }, link.traceId)])));
}
