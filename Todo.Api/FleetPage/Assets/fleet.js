// The fleet's page: shows what /cc says, and sends what the operator decides.

const $ = id => document.getElementById(id);

/** An element with attributes and children. Text always becomes a text node: names and errors can never become markup. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "width") node.style.width = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter(child => child !== undefined && child !== null && child !== false));
  return node;
}

// Requests.

// The cookie alone opens nothing: no other site's page can send this header.
const ours = { "X-Operator-Page": "1" };

async function ask(method, path, body) {
  const response = await fetch("/cc" + path, {
    method, headers: body ? { ...ours, "Content-Type": "application/json" } : ours, body: body && JSON.stringify(body),
  });
  if (response.status === 401) { showSignIn("The hour is over. Sign in again."); throw new Error("Signed out."); }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw Object.assign(new Error(reasonOf(answer, response)), { status: response.status, answer });
  return answer;
}

const reasonOf = (answer, response) =>
  [answer?.detail, ...Object.entries(answer?.errors ?? {}).map(([field, reasons]) => `${field}: ${reasons.join(" ")}`)].filter(Boolean).join(" ") || answer?.title || `The server answered ${response.status}.`;

/** Server-sent events by fetch, as EventSource can't send our header. Goes on after an interruption until it is stopped or wanted no longer. */
function watch(path, received, isOver = () => false) {
  const stop = new AbortController();
  (async () => {
    while (!stop.signal.aborted) {
      try {
        const response = await fetch("/cc" + path, { headers: { ...ours, Accept: "text/event-stream" }, signal: stop.signal });
        if (response.status === 401) { showSignIn("The hour is over. Sign in again."); return; }
        if (!response.ok) throw new Error(`${response.status}`);
        connected(true);
        let text = "";
        for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
          text += part;
          const events = text.split("\n\n");
          text = events.pop();
          for (const event of events) {
            const data = event.split("\n").filter(line => line.startsWith("data:")).map(line => line.slice(5).trim()).join("\n");
            if (data) received(JSON.parse(data));
          }
        }
        if (isOver()) return;
      } catch (error) {
        if (stop.signal.aborted) return;
        connected(false);
      }
      await new Promise(resolve => setTimeout(resolve, 1500));
    }
  })();
  return () => stop.abort();
}

function connected(isUp) {
  $("connection").textContent = isUp ? "live" : "offline";
  $("connection").classList.toggle("up", isUp);
}

// Words.

const number = value => value.toLocaleString("en-GB");
const tenants = count => `${number(count)} tenant${count === 1 ? "" : "s"}`;
const nameOf = version => version ? version.replace(/^\d+_/, "") : "no migration yet";
const dated = version => /^\d{8}/.test(version ?? "") ? `${version.slice(0, 4)}-${version.slice(4, 6)}-${version.slice(6, 8)}` : "";
const moment = at => new Date(at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const moods = { planned: "", running: "busy", paused: "busy", completed: "good", failed: "bad", cancelled: "", rolled_back: "" };
const pill = state => el("span", { class: `pill ${moods[state] ?? ""}` }, state.replace("_", " "));
const titleOf = run => `${run.kind === "apply" ? "Up to" : "Down to"} ${nameOf(run.target)}`;

function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s.toFixed(1)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
}

function toast(text, isError) {
  const note = el("p", { class: isError ? "toast error" : "toast" }, text);
  $("toasts").append(note);
  setTimeout(() => note.remove(), isError ? 12_000 : 5_000);
}

/** Asks before something is done. */
function confirm(question, action, isDangerous) {
  return new Promise(resolve => {
    const dialog = el("dialog", { class: "question", "aria-label": question },
      el("p", {}, question),
      el("div", { class: "actions" },
        el("button", { type: "button", onclick: () => dialog.close() }, "Back"),
        el("button", { type: "button", class: isDangerous ? "danger" : "primary", autofocus: true, onclick: () => dialog.close("yes") }, action)));
    dialog.addEventListener("close", () => { resolve(dialog.returnValue === "yes"); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function openDrawer(title, content, foot) {
  const drawer = $("drawer");
  drawer.replaceChildren(
    el("header", {}, el("h2", { id: "drawer-title" }, title), el("button", { type: "button", class: "quiet", onclick: () => drawer.close(), "aria-label": "Close" }, "✕")),
    el("div", { class: "drawer-body", tabindex: 0, role: "region", "aria-labelledby": "drawer-title" }, content),
    ...(foot ? [el("footer", {}, foot)] : []));
  if (!drawer.open) drawer.showModal();
}

/** A list that comes page by page. */
function pages(path, head, row, nothing) {
  const body = el("tbody");
  const more = el("button", { type: "button", class: "more", hidden: true, onclick: () => load() }, "Show more");
  const none = el("p", { class: "empty", hidden: true }, nothing);
  let cursor = null;
  async function load() {
    more.disabled = true;
    try {
      const page = await ask("GET", path + (cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""));
      body.append(...page.items.map(row));
      cursor = page.next;
      more.hidden = !cursor;
      none.hidden = body.children.length > 0;
    } catch (error) {
      toast(error.message, true);
    } finally {
      more.disabled = false;
    }
  }
  load();
  return el("div", {}, el("table", { class: "rows cards" }, el("thead", {}, el("tr", {}, head.map(text => el("th", {}, text)))), body), none, more);
}

// The page's state.

let fleet = null;
let run = null;      // What is shown: the open run, or one that was chosen, or the newest.
let chosen = null;
let stopFleet = null, stopRun = null, watched = null;

// Versions.

function drawVersions() {
  const versions = new Map();
  for (const group of fleet.groups) {
    const known = versions.get(group.version) ?? { total: 0, groups: [] };
    known.total += group.tenants;
    known.groups.push(group);
    versions.set(group.version, known);
  }
  const all = fleet.groups.reduce((sum, group) => sum + group.tenants, 0);
  const focused = document.activeElement?.dataset?.group;
  $("versions").replaceChildren(...[...versions].sort(([a], [b]) => (b ?? "").localeCompare(a ?? "")).map(([version, { total, groups }]) =>
    el("div", { class: "version" },
      el("span", { class: "name", title: version ?? "" }, nameOf(version), " ", el("span", { class: "soft" }, version === fleet.head ? "newest" : dated(version))),
      el("span", { class: "of" }, tenants(total)),
      meter([["", total]], all, `${nameOf(version)}: ${total} of ${all} tenants`, version === fleet.head ? "" : "old"),
      el("div", { class: "chips" }, groups.map(group => el("button", {
        type: "button", class: "link", "data-group": `${group.status} ${version}`, onclick: () => showTenants(group),
      }, `${number(group.tenants)} ${group.status}${group.halfDone ? `, ${group.halfDone} half done` : ""}`))))));
  if (!all) $("versions").replaceChildren(el("p", { class: "empty" }, "There is no tenant yet."));
  if (focused) document.querySelector(`[data-group="${CSS.escape(focused)}"]`)?.focus();
  $("new-tenants").textContent = `New tenants begin at ${nameOf(fleet.newTenantVersion ?? fleet.head)}.`;
  $("summary").textContent = fleet.notCurrent ? `${number(fleet.notCurrent)} of ${tenants(fleet.current + fleet.notCurrent)} not at the newest version` : `All ${tenants(fleet.current)} at the newest version`;
  $("summary").className = `pill ${fleet.notCurrent ? "busy" : "good"}`;
  choices();
}

function choices() {
  const known = [...new Set([fleet.head, ...fleet.groups.map(group => group.version)].filter(Boolean))].sort().reverse();
  if ($("targets").dataset.known === known.join()) return;
  $("targets").dataset.known = known.join();
  $("targets").replaceChildren(...["head", "+1", "-1", ...known.map(nameOf)].map(value => el("option", { value })));
  const select = $("start").elements.version;
  const was = select.value;
  select.replaceChildren(el("option", { value: "" }, "any"), ...known.map(version => el("option", { value: version }, nameOf(version))));
  select.value = known.includes(was) ? was : "";
}

const showTenants = group => openDrawer(`${group.status[0].toUpperCase()}${group.status.slice(1)} at ${nameOf(group.version)}`, pages(
  `/fleet/tenants?status=${group.status}&version=${encodeURIComponent(group.version ?? "none")}`,
  ["Tenant", "Name", "Since"],
  tenant => el("tr", {}, el("td", { class: "mono" }, tenant.slug), el("td", {}, tenant.name || "(pooled)"), el("td", { class: "soft" }, moment(tenant.createdAt))),
  "None any more."));

// A bar of parts; whoever can't see it is told the same in words.
function meter(parts, total, words, kind) {
  return el("div", { class: `meter ${kind ?? ""}`, role: "img", "aria-label": words },
    parts.filter(([, count]) => count > 0).map(([name, count]) => el("i", { class: name, width: `${total ? 100 * count / total : 0}%` })));
}

const parts = counts => [["applied", counts.applied], ["failed", counts.failed], ["skipped", counts.skipped], ["rolled", counts.rolledBack]];
const inWords = counts => `${counts.done} of ${counts.total} done, ${counts.failed} failed`;

// The run.

function drawRun() {
  const card = $("run");
  if (!run) {
    card.replaceChildren(el("h2", { id: "run-title" }, "Migration run"), el("p", { class: "empty" }, "No run yet. Start one below: you see first what it would do."));
    return;
  }

  const focused = document.activeElement?.dataset?.action;
  const open = [...card.querySelectorAll("details[open]")].map(details => details.dataset.key);
  const { counts } = run, it = run.run;
  const end = it.finishedAt ? new Date(it.finishedAt) : new Date();
  const lasted = it.startedAt ? end - new Date(it.startedAt) : 0;
  const left = it.state === "running" && counts.done > 0 && counts.pending > 0 ? lasted / counts.done * counts.pending : null;
  const fact = (name, value) => value !== null && value !== undefined && value !== "" && el("span", {}, name, " ", el("b", {}, value));
  card.replaceChildren(
    el("div", { class: "run-head" },
      el("h2", { id: "run-title" }, titleOf(it)), pill(it.state),
      el("div", { class: "actions" }, actionsOf(it))),
    el("div", { class: "facts" },
      fact("asked for by", it.startedBy), fact("worked on by", it.executor), fact("since", it.startedAt && moment(it.startedAt)),
      fact(it.finishedAt ? "took" : "so far", lasted > 0 && duration(lasted)), fact("left about", left && duration(left)),
      fact("may fail", it.errorBudget), fact("at once", it.parallelism), fact("load", it.maxLoad)),
    ...(it.reason ? [el("p", { class: it.state === "paused" ? "notice" : "soft" }, it.reason)] : []),
    meter(parts(counts), counts.total, inWords(counts), "big"),
    el("p", { class: "legend", id: "run-counts" },
      el("span", { class: "applied" }, `${number(counts.applied)} applied`), el("span", { class: "failed" }, `${number(counts.failed)} failed`),
      el("span", { class: "skipped" }, `${number(counts.skipped + counts.rolledBack)} skipped or rolled back`), el("span", {}, `${number(counts.pending)} to do`),
      el("button", { type: "button", class: "link", "data-action": "tenants", onclick: () => showRunTenants(it) }, "Show its tenants")),
    el("ol", { class: "waves", "aria-label": "Waves" }, run.waves.map(wave => {
      const isNow = wave.wave === it.currentWave && (it.state === "running" || it.state === "paused");
      return el("li", { class: `wave ${isNow ? "now" : ""}`, "aria-current": isNow ? "step" : null },
        el("p", {}, el("b", {}, `Wave ${wave.wave + 1}`), el("span", { class: "soft" }, `${number(wave.counts.done)} of ${number(wave.counts.total)}`)),
        meter(parts(wave.counts), wave.counts.total, `Wave ${wave.wave + 1}: ${inWords(wave.counts)}`));
    })),
    ...failures());
  for (const details of card.querySelectorAll("details")) details.open = open.includes(details.dataset.key);
  if (focused) card.querySelector(`[data-action="${focused}"]`)?.focus();
}

// A mistake in a migration fails in every tenant alike: one row for each kind of failure, however many tenants have it.
function failures() {
  if (!run.failures.length) return [];
  const kinds = new Map();
  for (const failure of run.failures) {
    const key = JSON.stringify([failure.migration, failure.sqlState, failure.message, failure.statement]);
    (kinds.get(key) ?? kinds.set(key, []).get(key)).push(failure);
  }
  return [
    el("h3", {}, "Failures", run.counts.failed > run.failures.length ? ` (the first ${run.failures.length})` : ""),
    ...[...kinds].map(([key, list]) => {
      const { migration, sqlState, message, statement } = list[0];
      return el("details", { class: "failure", "data-key": key },
        el("summary", {}, el("code", {}, sqlState ?? "–"), el("b", {}, list.length === 1 ? list[0].tenant : tenants(list.length)), el("span", {}, message)),
        el("div", {},
          el("p", { class: "soft" }, migration ? `In ${migration}` : "Outside of a migration", sqlState ? `, SQL state ${sqlState}` : ""),
          statement && el("pre", { tabindex: 0, "aria-label": "The statement that failed" }, statement),
          el("p", { class: "mono" }, list.slice(0, 50).map(failure => failure.tenant).join(", "), list.length > 50 ? ` and ${number(list.length - 50)} more` : "")));
    }),
  ];
}

function actionsOf(it) {
  const button = (action, text, kind, question, title) => el("button", {
    type: "button", class: kind, "data-action": action, title, onclick: event => act(it, action, text, question, event.currentTarget, kind === "danger"),
  }, text);
  return [
    it.state === "running" && button("pause", "Pause", "", null, "The tenants in hand are finished first."),
    it.state === "paused" && button("resume", "Resume", "primary"),
    it.state === "failed" && button("resume", "Try the failed ones again", "primary"),
    it.state === "planned" && button("resume", "Start", "primary", "Start this run?"),
    ["planned", "running", "paused"].includes(it.state) && button("cancel", "Cancel the run", "danger", "End the run where it is? Tenants that were moved stay moved."),
    ["completed", "failed", "cancelled"].includes(it.state) && it.kind === "apply"
      && el("button", { type: "button", "data-action": "undo", onclick: () => plan({ kind: "rollback", run: it.id }) }, "Undo it"),
  ];
}

async function act(it, action, text, question, button, isDangerous) {
  if (question && !await confirm(question, text, isDangerous)) return;
  button.disabled = true;
  try {
    run = await ask("POST", `/runs/${it.id}/${action}`);
    show(it.id);
  } catch (error) {
    if (error.answer?.dataLoss) askForLoss(error.answer);
    else toast(error.message, true);
  } finally {
    button.disabled = false;
  }
  drawRun();
}

const showRunTenants = it => {
  const list = el("div");
  const fill = state => list.replaceChildren(pages(`/runs/${it.id}/tenants?limit=50${state ? `&state=${state}` : ""}`, ["Tenant", "State", "From", "Error"],
    tenant => el("tr", {},
      el("td", { class: "mono" }, tenant.slug), el("td", {}, pillOf(tenant)), el("td", { class: "soft" }, nameOf(tenant.fromVersion)),
      el("td", {}, tenant.errorMessage && el("span", {}, tenant.errorCode && el("code", {}, tenant.errorCode + " "), tenant.errorMessage))), "None."));
  const select = el("select", { onchange: event => fill(event.target.value) }, ["", "pending", "deferred", "applied", "failed", "skipped", "rolled_back"].map(state => el("option", { value: state }, state.replace("_", " ") || "all")));
  openDrawer(titleOf(it), [el("label", {}, "State", select), el("br"), list]);
  fill("");
};

const pillOf = tenant => el("span", { class: `pill ${{ applied: "good", failed: "bad", pending: "busy", deferred: "busy" }[tenant.state] ?? ""}` }, tenant.state.replace("_", " "));

/** Shows a run, and follows it until it has ended. */
function show(id) {
  if (watched === id) return;
  stopRun?.();
  watched = id;
  let isOver = false;
  stopRun = watch(`/runs/${id}`, next => {
    const was = run?.run.id === id ? run.run.state : null;
    run = next;
    isOver = !["planned", "running", "paused"].includes(next.run.state);
    if (isOver) watched = null;
    drawRun();
    if (was !== next.run.state) drawRuns();
  }, () => isOver);
}

// Starting one.

function order() {
  const fields = $("start").elements;
  const text = name => fields[name].value.trim();
  const slugs = text("tenants").split(/[\s,;]+/).filter(Boolean);
  return Object.fromEntries(Object.entries({
    kind: text("kind"), to: text("to"), tenants: slugs.length ? slugs : null, version: text("version"), waves: text("waves"), errorBudget: text("errorBudget"),
    parallelism: text("parallelism") && Number(text("parallelism")), maxLoad: text("maxLoad") && Number(text("maxLoad")),
  }).filter(([, value]) => value !== null && value !== ""));
}

/** First what it would do; it is started from there. */
async function plan(wanted) {
  const { waves, errorBudget, parallelism, maxLoad, gateUrl, ...what } = wanted;
  $("start-problem").hidden = true;
  try {
    showPlan(await ask("POST", "/fleet/plan", what), wanted);
  } catch (error) {
    $("start-problem").textContent = error.message;
    $("start-problem").hidden = false;
  }
}

function showPlan(it, wanted) {
  const sql = statements => statements.map(statement => `${statement.sql.trim().replace(/;$/, "")};`).join("\n\n");
  const list = it.tenants.slice(0, 100);
  const go = el("button", { type: "button", class: "primary", disabled: !it.tenants.length, onclick: () => start(wanted, it, go) }, it.tenants.length ? `Start: move ${tenants(it.tenants.length)}` : "Nothing to do");
  openDrawer("What this run would do", [
    el("p", {}, `${it.kind === "apply" ? "Up" : "Down"} to ${nameOf(it.target)}: ${tenants(it.tenants.length)} would be moved, ${number(it.current)} are there already${it.passed ? `, ${number(it.passed)} are past it and stay` : ""}. Nothing has been changed yet.`),
    it.dataLoss.length > 0 && el("p", { class: "problem" }, `Data would be lost by ${it.dataLoss.length} statement${it.dataLoss.length === 1 ? "" : "s"}. You are asked again before that.`),
    it.blocked.length > 0 && [el("h3", {}, `${tenants(it.blocked.length)} can't be moved`), el("table", { class: "rows cards" }, el("tbody", {}, it.blocked.slice(0, 100).map(tenant => el("tr", {}, el("td", { class: "mono" }, tenant.slug), el("td", {}, tenant.reason)))))],
    it.ways.length > 0 && el("h3", {}, it.ways.length === 1 ? "The SQL, one transaction for each tenant" : "The SQL of each way, one transaction for each tenant"),
    it.ways.map(way => el("details", {},
      el("summary", {}, `${nameOf(way.from)} → ${nameOf(way.to)}, ${tenants(way.tenants)}, ${way.migrations.length} migration${way.migrations.length === 1 ? "" : "s"}`),
      el("pre", { tabindex: 0, "aria-label": "SQL" }, sql(way.statements)))),
    it.tenants.length > 0 && [el("h3", {}, "Tenants, in the order of the run"),
      el("p", { class: "mono" }, list.map(tenant => tenant.slug).join(", "), it.tenants.length > list.length ? ` and ${number(it.tenants.length - list.length)} more` : "")],
  ], [
    el("span", { class: "soft" }, wanted.waves ? `In waves: ${wanted.waves}` : "All at once"),
    el("div", { class: "actions" }, el("button", { type: "button", onclick: () => $("drawer").close() }, "Back"), go)]);
}

async function start(wanted, it, button) {
  if (!await confirm(`${it.kind === "apply" ? "Migrate" : "Roll back"} ${tenants(it.tenants.length)} now?`, "Start the run")) return;
  button.disabled = true;
  try {
    const started = await ask("POST", "/runs", wanted);
    $("drawer").close();
    if (started.run) { chosen = null; run = started; show(started.run.id); drawRun(); $("run").scrollIntoView({ block: "nearest" }); }
    drawRuns();
  } catch (error) {
    if (error.answer?.dataLoss) askForLoss(error.answer);
    else { $("drawer").close(); toast(error.message, true); }
  } finally {
    button.disabled = false;
  }
}

/** Data goes only when somebody has seen which statements take it, and said so. */
function askForLoss({ run: id, dataLoss }) {
  const go = el("button", { type: "button", class: "danger", disabled: true, onclick: async () => {
    try {
      run = await ask("POST", `/runs/${id}/resume?confirm=${id}`);
      $("drawer").close();
      show(id);
      drawRun();
    } catch (error) { toast(error.message, true); }
  } }, "Start, and lose that data");
  openDrawer("This destroys data", [
    el("p", { class: "problem" }, "These statements take data with them that no later migration brings back. The run is written down and waits."),
    dataLoss.map(loss => [el("h3", {}, nameOf(loss.migration)), el("pre", { tabindex: 0, "aria-label": "SQL" }, loss.sql)]),
    el("br"),
    el("label", { class: "check" }, el("input", { type: "checkbox", onchange: event => { go.disabled = !event.target.checked; } }), "I know that this data will be gone"),
  ], el("div", { class: "actions" }, el("button", { type: "button", onclick: () => $("drawer").close() }, "Back"), go));
  drawRuns();
}

// Runs that were.

async function drawRuns() {
  const { items } = await ask("GET", "/runs?limit=20");
  if (!run && items.length) show(items[0].id);
  const focused = document.activeElement?.dataset?.run;
  $("runs").replaceChildren(items.length === 0 ? el("p", { class: "empty" }, "None yet.") : el("table", { class: "rows cards" },
    el("thead", {}, el("tr", {}, ["Run", "State", "By", "When", "Took"].map(text => el("th", {}, text)))),
    el("tbody", {}, items.map(it => el("tr", {},
      el("td", {}, el("button", { type: "button", class: "link", "data-run": it.id, onclick: () => { chosen = it.id; run = null; watched = null; show(it.id); $("run").scrollIntoView({ block: "start" }); } }, titleOf(it))),
      el("td", {}, pill(it.state)), el("td", { class: "soft" }, `${it.startedBy}, ${it.executor}`), el("td", { class: "soft" }, moment(it.createdAt)),
      el("td", { class: "soft" }, it.startedAt && it.finishedAt ? duration(new Date(it.finishedAt) - new Date(it.startedAt)) : "–"))))));
  if (focused) document.querySelector(`[data-run="${focused}"]`)?.focus();
}

// In and out.

function showSignIn(problem) {
  stopFleet?.(); stopRun?.();
  stopFleet = stopRun = watched = null;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  for (const id of ["fleet", "connection", "sign-out"]) $(id).hidden = true;
  $("sign-in").hidden = false;
  $("sign-in-problem").hidden = !problem;
  $("sign-in-problem").textContent = problem ?? "";
  $("key").value = "";
  $("key").focus();
}

function showFleet() {
  $("sign-in").hidden = true;
  for (const id of ["fleet", "connection", "sign-out"]) $(id).hidden = false;
  listen();
}

// A hidden page listens to nothing, as a browser keeps only a few connections to one server.
function listen() {
  if (document.hidden || stopFleet || $("fleet").hidden) return;
  let open = fleet?.openRun?.id;
  stopFleet = watch("/fleet", next => {
    fleet = next;
    drawVersions();
    const now = next.openRun?.id;
    if (now && now !== watched && (now !== open || !chosen)) { chosen = null; show(now); }
    if (now !== open) drawRuns().catch(() => {});
    open = now;
  });
  if (watched) { const id = watched; watched = null; show(id); }
  drawRuns().catch(error => toast(error.message, true));
  drawRun();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) { listen(); return; }
  stopFleet?.(); stopRun?.();
  stopFleet = stopRun = null;
});

$("sign-in-form").addEventListener("submit", async event => {
  event.preventDefault();
  const response = await fetch("/cc/session", { method: "POST", headers: { ...ours, "X-Operator-Key": encodeKey($("key").value) } }).catch(() => null);
  if (response?.ok) { $("key").value = ""; showFleet(); $("main").focus(); return; }
  $("sign-in-problem").textContent = !response ? "The server can't be reached." : response.status === 401 ? "That is not the operators' key." : reasonOf(await response.json().catch(() => null), response);
  $("sign-in-problem").hidden = false;
});

// A header holds Latin letters only; a key with others is none of ours, and must not become an error of the browser.
const encodeKey = key => [...key].every(letter => letter >= " " && letter <= "~") ? key.trim() : "-";

$("sign-out").addEventListener("click", async () => {
  await ask("DELETE", "/session").catch(() => {});
  fleet = run = chosen = null;
  showSignIn();
});

$("start").addEventListener("submit", event => { event.preventDefault(); plan(order()); });
$("start").elements.kind.addEventListener("change", event => { $("start").elements.to.value = event.target.value === "apply" ? "head" : "-1"; });
setInterval(() => { if (run?.run.state === "running" && !document.querySelector("#run :focus-within")) drawRun(); }, 1000);

if (document.body.dataset.signedIn === "yes") showFleet();
else showSignIn();
