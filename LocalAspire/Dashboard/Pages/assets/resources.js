import { $, colour, confirm, duration, el, facts, get, live, moment, openDrawer, post, query, toast } from "./common.js";

const order = ["Project", "Container", "Executable", "ConnectionString", "Parameter"];
let resources = [];
let shown = "";

const rank = resource => { const at = order.indexOf(resource.type); return at < 0 ? 2.5 : at; };

/** good, busy, bad or idle: how a state is drawn. */
function mood(resource) {
  if (resource.state === "Running") return resource.health === "Healthy" ? "good" : resource.health === "Degraded" ? "busy" : "bad";
  if (resource.state === "Finished") return resource.exitCode ? "bad" : "good";
  if (["FailedToStart", "RuntimeUnhealthy", "ValueMissing"].includes(resource.state)) return "bad";
  if (["Starting", "Waiting", "Stopping"].includes(resource.state)) return "busy";
  return "idle";
}

const words = {
  FailedToStart: "Failed to start", NotStarted: "Not started", ValueMissing: "No value", RuntimeUnhealthy: "Runtime unhealthy",
};

const wordOf = resource => resource.type === "Parameter" && resource.state === "Running" ? "Has a value" : words[resource.state] ?? resource.state;

function stateOf(resource) {
  const text = wordOf(resource) + (resource.state === "Finished" && resource.exitCode ? ` (${resource.exitCode})` : "");
  const health = resource.state === "Running" && resource.health !== "Healthy" ? ` · ${resource.health}` : "";
  return el("div", {},
    el("span", { class: `state ${mood(resource)}` }, text + health),
    resource.reason && el("p", { class: "reason" }, resource.reason),
    health && resource.healthReports.filter(report => report.status !== "Healthy").map(report => el("p", { class: "reason" }, `${report.name}: ${report.description ?? report.status ?? "not asked yet"}`)));
}

function up(resource) {
  const from = resource.startedAt && new Date(resource.startedAt);
  if (!from) return "–";
  if (resource.state === "Running") return duration(Math.floor((Date.now() - from) / 1000) * 1000).replace(".00", "");
  return resource.stoppedAt ? `ran ${duration(new Date(resource.stoppedAt) - from)}` : "–";
}

const address = url => url.isActive && /^https?:/.test(url.url)
  ? el("a", { href: url.url, target: "_blank", rel: "noopener" }, url.text ?? url.url.replace(/^https?:\/\//, ""))
  : el("span", { class: "quiet-text" }, url.text ?? url.url.replace(/^tcp:\/\//, ""));

async function run(resource, command, button) {
  const question = command.confirmation ?? (["stop", "restart"].includes(command.name) ? `${command.text} ${resource.name}?` : null);
  if (question && !await confirm(question, command.text)) return;
  button.disabled = true;
  button.classList.add("running");
  try {
    const outcome = await post(`/api/resources/${encodeURIComponent(resource.name)}/commands/${encodeURIComponent(command.name)}`);
    toast(`${resource.name}: ${command.text} ${outcome.success ? "done" : "failed"}${outcome.message ? ` – ${outcome.message}` : ""}`, !outcome.success);
    if (outcome.data) showResult(resource, command, outcome);
  } catch (error) {
    toast(`${resource.name}: ${command.text} failed – ${error.message}`, true);
  } finally {
    button.disabled = false;
    button.classList.remove("running");
  }
}

function showResult(resource, command, outcome) {
  let text = outcome.data;
  if (outcome.format === "Json") { try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { /* Then as it is. */ } }
  shown = "";
  openDrawer(command.text, el("p", { class: "quiet-text" }, `Answer of ${resource.name}`), el("pre", { class: "result", tabindex: 0 }, text));
}

function commandButtons(resource, commands) {
  return commands.map(command => el("button", {
    type: "button", title: command.description ?? "", disabled: !command.isEnabled, class: command.isHighlighted ? "primary" : "",
    onclick: event => run(resource, command, event.currentTarget),
  }, command.text));
}

function row(resource) {
  const quick = resource.commands.filter(command => ["start", "stop", "restart"].includes(command.name));
  const own = resource.commands.filter(command => !quick.includes(command));
  return el("tr", { class: rank(resource) > 2.5 ? "minor" : "" },
    el("td", { class: "name" },
      el("button", { type: "button", class: `link ${colour(resource.name)}`, onclick: () => details(resource.name) }, el("i", { class: "dot" }), resource.name),
      el("span", { class: "kind" }, resource.type)),
    el("td", {}, stateOf(resource)),
    el("td", { class: "up" }, up(resource), resource.restarts > 0 && el("span", { class: "kind" }, `${resource.restarts} restart${resource.restarts > 1 ? "s" : ""}`)),
    el("td", { class: "urls" }, resource.urls.map(address)),
    el("td", { class: "end" }, el("div", { class: "actions" },
      own.length > 0 && el("details", { class: "menu" }, el("summary", { class: "button" }, "Commands"), el("div", {}, commandButtons(resource, own))),
      commandButtons(resource, quick),
      resource.commands.length > 0 && el("a", { class: "button", href: `/console?resource=${encodeURIComponent(resource.name)}` }, "Log"))));
}

function details(name) {
  const resource = resources.find(one => one.name === name);
  if (!resource) return;
  shown = name;
  query.set({ resource: name });
  const link = (page, text) => el("a", { class: "button", href: `/${page}?resource=${encodeURIComponent(name)}` }, text);
  const uses = resource.relations.map(relation => [relation.type.replace("WaitFor", "Waits for"), relation.resource]);
  const users = resources.flatMap(other => other.relations.filter(relation => relation.resource === name).map(relation => [`${relation.type.replace("WaitFor", "Waited for")} by`, other.name]));
  const other = ([text, to]) => [text, el("button", { type: "button", class: "link", onclick: () => details(to) }, to)];
  openDrawer(name,
    el("div", { class: "actions wrap" }, link("console", "Console"), link("logs", "Logs"), link("traces", "Traces"), link("metrics", "Metrics")),
    facts("State", [
      ["Type", resource.type], ["State", stateOf(resource)], ["Exit code", resource.exitCode], ["Started", resource.startedAt && moment(resource.startedAt)],
      ["Stopped", resource.stoppedAt && moment(resource.stoppedAt)], ["Restarts", resource.startedAt && String(resource.restarts)], ["Process", resource.processId],
    ]),
    resource.commands.length > 0 && el("section", { class: "commands" }, el("h3", {}, "Commands"),
      resource.commands.map(command => el("div", { class: "command" }, commandButtons(resource, [command]), command.description && el("p", {}, command.description)))),
    facts("Health", resource.healthReports.map(report => [report.name, [report.status ?? "not asked yet", report.description && el("p", { class: "reason" }, report.description)]])),
    facts("Addresses", resource.urls.map((url, i) => [url.text ? url.text : `Address ${i + 1}`, address(url)])),
    facts("Relations", [...uses, ...users].map(other)),
    facts("Environment", resource.environment.map(variable => [variable.name, variable.isSecret ? el("span", { class: "secret", title: "The dashboard never gets to know it." }, "••••••••") : variable.value || "(empty)"])));
}

// The graph: what depends on nothing stands left, and every line goes from what is used to its user.
function drawGraph() {
  const byName = new Map(resources.map(resource => [resource.name, resource]));
  const uses = new Map(resources.map(resource => [resource.name, [...new Set(resource.relations.map(relation => relation.resource))].filter(name => byName.has(name) && name !== resource.name)]));
  const depth = new Map();
  const depthOf = (name, path = new Set()) => {
    if (depth.has(name)) return depth.get(name);
    if (path.has(name)) return 0;
    path.add(name);
    const value = Math.max(-1, ...uses.get(name).map(other => depthOf(other, path))) + 1;
    depth.set(name, value);
    return value;
  };
  resources.forEach(resource => depthOf(resource.name));
  const columns = [];
  for (const resource of resources) (columns[depth.get(resource.name)] ??= []).push(resource);
  const [width, height, gapX, gapY] = [212, 52, 64, 20];
  const tallest = Math.max(...columns.map(column => column.length));
  const at = new Map();
  columns.forEach((column, x) => column.forEach((resource, y) => at.set(resource.name, {
    x: 16 + x * (width + gapX),
    y: 16 + (y + (tallest - column.length) / 2) * (height + gapY),
  })));
  const size = { width: 32 + columns.length * (width + gapX) - gapX, height: 32 + tallest * (height + gapY) - gapY };
  let lanes = 0;
  const lines = resources.flatMap(resource => uses.get(resource.name).map(used => {
    const [from, to] = [at.get(used), at.get(resource.name)];
    const [x1, y1, x2, y2] = [from.x + width, from.y + height / 2, to.x, to.y + height / 2];
    if (depth.get(resource.name) - depth.get(used) > 1) {
      // Past the boxes in between, each in a lane of its own below them.
      const lane = 16 + tallest * (height + gapY) + 7 * lanes++;
      const bend = gapX / 2;
      return el("path", { class: "edge", d: `M${x1},${y1} C${x1 + bend},${y1} ${x1 + bend / 2},${lane} ${x1 + gapX},${lane} L${x2 - gapX},${lane} C${x2 - bend / 2},${lane} ${x2 - bend},${y2} ${x2},${y2}` });
    }
    return el("path", { class: "edge", d: `M${x1},${y1} C${x1 + gapX / 2},${y1} ${x2 - gapX / 2},${y2} ${x2},${y2}` });
  }));
  const boxes = resources.map(resource => {
    const { x, y } = at.get(resource.name);
    const open = () => details(resource.name);
    return el("g", { class: `node ${mood(resource)}`, transform: `translate(${x},${y})`, tabindex: 0, role: "button", "aria-label": `${resource.name}, ${resource.state}`, onclick: open, onkeydown: event => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), open()) },
      el("rect", { width, height, rx: 10 }), el("circle", { cx: 20, cy: 26, r: 5 }),
      el("text", { x: 36, y: 23 }, resource.name.length > 22 ? `${resource.name.slice(0, 21)}…` : resource.name), el("text", { x: 36, y: 40, class: "sub" }, wordOf(resource)));
  });
  size.height += 7 * lanes;
  $("graph").replaceChildren(el("svg", { viewBox: `0 0 ${size.width} ${size.height}`, width: size.width, height: size.height, role: "group", "aria-label": "Resources and what they depend on" }, lines, boxes));
}

function show(view) {
  const isGraph = view === "graph";
  $("table").hidden = isGraph;
  $("graph").hidden = !isGraph;
  $("as-table").setAttribute("aria-pressed", !isGraph);
  $("as-graph").setAttribute("aria-pressed", isGraph);
  query.set({ view: isGraph ? "graph" : "" });
  draw();
}

function draw() {
  const bad = resources.filter(resource => mood(resource) === "bad").length;
  const busy = resources.filter(resource => mood(resource) === "busy").length;
  $("summary").textContent = bad ? `${bad} in trouble` : busy ? `${busy} on the way` : "All is well";
  $("summary").className = `summary ${bad ? "bad" : busy ? "busy" : "good"}`;
  if (!$("graph").hidden) drawGraph();
  // A menu that is open, or a command that runs, must not be swept away under the pointer.
  else if (!document.querySelector("#resources details[open], #resources .running")) {
    const focused = document.activeElement?.closest("#resources button")?.textContent;
    const index = focused ? [...document.querySelectorAll("#resources button, #resources a")].indexOf(document.activeElement) : -1;
    $("resources").replaceChildren(...resources.map(row));
    if (index >= 0) document.querySelectorAll("#resources button, #resources a")[index]?.focus();
  }
}

$("as-table").addEventListener("click", () => show("table"));
$("as-graph").addEventListener("click", () => show("graph"));
document.addEventListener("click", event => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
$("drawer").addEventListener("close", () => { shown = ""; query.set({ resource: "" }); });

let first = true;
live(["resources"], async () => {
  resources = (await get("/api/resources")).map((resource, i) => ({ resource, i }))
    .sort((a, b) => rank(a.resource) - rank(b.resource) || a.i - b.i).map(entry => entry.resource);
  if (first) { first = false; show(query.get("view")); if (query.get("resource")) details(query.get("resource")); }
  draw();
});
setInterval(draw, 10_000);
