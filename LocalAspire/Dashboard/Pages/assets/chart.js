// A line chart as SVG, drawn anew for each answer.
import { el, number, time } from "./common.js";

const height = 300, left = 56, right = 12, top = 12, bottom = 26;

/** Round steps: 1, 2 or 5 times a power of ten. */
function steps(most, count) {
  const rough = most / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(value => value >= rough);
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => i * step);
}

export function drawChart(place, legend, chart, name) {
  const width = Math.max(320, place.clientWidth || 320);
  const lines = chart.lines.filter(line => line.values.some(value => value !== null));
  const most = Math.max(...lines.flatMap(line => line.values.map(value => value ?? 0)), 0) * 1.08 || 1;
  const length = (lines[0] ?? chart.lines[0])?.values.length ?? 0;
  if (!lines.length) { place.replaceChildren(el("p", { class: "empty" }, "Nothing was measured in this time.")); legend.replaceChildren(); return; }
  const x = i => left + i / (length - 1) * (width - left - right);
  const y = value => height - bottom - value / most * (height - top - bottom);
  const grid = steps(most, 4).map(value => el("g", { class: "grid" }, el("line", { x1: left, x2: width - right, y1: y(value), y2: y(value) }), el("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, chart.unit === "s" ? text(value, "s") : number(value))));
  const marks = Math.max(2, Math.min(6, Math.floor(width / 140)));
  const times = Array.from({ length: marks }, (_, i) => Math.round(i / (marks - 1) * (length - 1))).map((i, n) => el("text", { class: "axis", x: x(i), y: height - 6, "text-anchor": n === 0 ? "start" : n === marks - 1 ? "end" : "middle" }, time(chart.start + i * chart.step).slice(0, 8)));
  const paths = lines.map((line, n) => el("path", { class: `course c${n % 8}`, d: path(line.values, x, y) }));
  const cursor = el("line", { class: "cursor", y1: top, y2: height - bottom, visibility: "hidden" });
  const svg = el("svg", { viewBox: `0 0 ${width} ${height}`, width: "100%", height, role: "img", "aria-label": `${name}, ${lines.length} line${lines.length === 1 ? "" : "s"}, newest value ${number(last(lines[0].values) ?? 0)} ${chart.unit}` }, grid, times, paths, cursor);
  const say = i => legend.replaceChildren(
    el("p", { class: "quiet-text" }, i === null ? "Newest" : time(chart.start + i * chart.step).slice(0, 8)),
    ...lines.map((line, n) => el("span", { class: `key c${n % 8}` }, el("i", { class: "dot" }), line.label || name, el("b", {}, text(i === null ? last(line.values) : line.values[i], chart.unit)))),
    chart.omitted ? el("span", { class: "quiet-text" }, `and ${chart.omitted} more`) : "");
  svg.addEventListener("pointermove", event => {
    const box = svg.getBoundingClientRect();
    const i = Math.max(0, Math.min(length - 1, Math.round(((event.clientX - box.left) / box.width * width - left) / (width - left - right) * (length - 1))));
    cursor.setAttribute("x1", x(i)); cursor.setAttribute("x2", x(i)); cursor.setAttribute("visibility", "visible");
    say(i);
  });
  svg.addEventListener("pointerleave", () => { cursor.setAttribute("visibility", "hidden"); say(null); });
  place.replaceChildren(svg);
  say(null);
}

const last = values => values.findLast(value => value !== null);
const text = (value, unit) => value === 0 ? "0" : value === null || value === undefined ? "–" : unit === "s" ? seconds(value) : unit.startsWith("By") ? `${number(value)}${/ [kMGT]$/.test(number(value)) ? "" : " "}B${unit.slice(2)}` : `${number(value)} ${unit}`;
const seconds = value => value < 1 ? `${+(value * 1000).toPrecision(3)} ms` : `${+value.toPrecision(3)} s`;

// A gap in the values is a gap in the line; a value alone between gaps is a short dash.
function path(values, x, y) {
  let d = "", pen = false;
  values.forEach((value, i) => {
    if (value === null) { pen = false; return; }
    d += pen ? `L${x(i).toFixed(1)},${y(value).toFixed(1)}` : `M${x(i).toFixed(1)},${y(value).toFixed(1)}h0.5`;
    pen = true;
  });
  return d;
}
