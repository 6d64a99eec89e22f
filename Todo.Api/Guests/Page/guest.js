// A guest's page: the one list that the link opens. The token stands behind the address's #, which browsers send to nobody.

const $ = id => document.getElementById(id);
const token = decodeURIComponent(location.hash.slice(1));
let list, todos = new Map();

async function ask(method, path, body, headers) {
  let response;
  try {
    response = await fetch("/guest" + path, {
      method, body: body && JSON.stringify(body), referrerPolicy: "no-referrer", credentials: "omit",
      headers: { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }), ...headers },
    });
  } catch {
    throw new Error("The service can't be reached. Is this device online?");
  }
  if (response.ok) return response.json();
  const answer = await response.json().catch(() => null);
  throw Object.assign(new Error(reasonOf(response, answer)), { isOver: response.status === 401 });
}

function reasonOf(response, answer) {
  if (response.status === 401) return "This link doesn't open anything any more. Ask whoever gave it to you for a new one.";
  if (response.status === 429) return `Too much at once. Try again in ${response.headers.get("Retry-After") ?? "a few"} seconds.`;
  const fields = Object.values(answer?.errors ?? {}).flat();
  return [answer?.detail, ...fields].filter(Boolean).join(" ") || "That didn't work. Try again in a moment.";
}

async function load() {
  $("main").setAttribute("aria-busy", "true");
  $("problem").hidden = $("again").hidden = true;
  try {
    list = await ask("GET", "/list");
    const read = new Map();
    for (let cursor = ""; cursor !== undefined;) {
      const page = await ask("GET", "/todos?limit=200" + (cursor && `&cursor=${encodeURIComponent(cursor)}`));
      page.items.forEach(todo => read.set(todo.id, todo));
      cursor = page.next ?? undefined;
    }
    todos = read;
    show();
  } catch (error) {
    fail(error);
  } finally {
    $("main").setAttribute("aria-busy", "false");
  }
}

function show() {
  document.title = $("name").textContent = list.name;
  $("until").textContent = `${list.mayWrite ? "You may add and complete todos" : "For reading"} until ${new Date(list.expiresAt).toLocaleDateString(undefined, { dateStyle: "long" })}.`;
  $("add").hidden = !list.mayWrite;
  const all = [...todos.values()], done = all.filter(todo => todo.completedAt), open = all.filter(todo => !todo.completedAt);
  $("open").replaceChildren(...open.map(item));
  $("none").hidden = open.length > 0;
  $("done").replaceChildren(...done.sort((a, b) => b.completedAt.localeCompare(a.completedAt)).map(item));
  $("done-title").textContent = `Done (${done.length})`;
  $("done-part").hidden = done.length === 0;
  $("list").hidden = false;
}

// Text becomes text nodes alone: what others wrote can never become markup.
function item(todo) {
  const li = document.createElement("li"), label = document.createElement("label"), box = document.createElement("input"), title = document.createElement("span");
  Object.assign(box, { type: "checkbox", checked: !!todo.completedAt, disabled: !!todo.completedAt || !list.mayWrite });
  box.addEventListener("change", () => complete(todo, box));
  title.className = "title";
  title.textContent = todo.title;
  label.append(box, title);
  li.append(label);
  if (todo.notes) li.append(Object.assign(document.createElement("p"), { className: "notes soft", textContent: todo.notes }));
  return li;
}

async function complete(todo, box) {
  box.disabled = true;
  try {
    todos.set(todo.id, await ask("POST", `/todos/${todo.id}/complete`));
    show();
    say(`Done: ${todo.title}`);
  } catch (error) {
    box.checked = box.disabled = false;
    fail(error);
  }
}

// One key for each text that is to be added: sent again after a lost answer, it is added once.
let adding;
async function add(event) {
  event.preventDefault();
  const title = $("title").value.trim();
  if (!title) return;
  if (adding?.title !== title) adding = { title, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
  const button = event.submitter ?? $("add").querySelector("button");
  button.disabled = true;
  try {
    const todo = await ask("POST", "/todos", { title }, { "Idempotency-Key": `"${adding.key}"` });
    adding = undefined;
    todos.set(todo.id, todo);
    $("title").value = "";
    show();
    say(`Added: ${title}`);
  } catch (error) {
    fail(error);
  } finally {
    button.disabled = false;
    $("title").focus();
  }
}

function say(text) {
  $("problem").hidden = true;
  $("said").textContent = text;
}

function fail(error) {
  $("problem").textContent = error.message;
  $("problem").hidden = false;
  $("again").hidden = !!error.isOver;
  if (error.isOver) $("list").hidden = true;
}

$("add").addEventListener("submit", add);
$("again").addEventListener("click", load);
addEventListener("hashchange", () => location.reload());
if (token) await load();
else {
  fail(Object.assign(new Error("A guest's link is missing its last part. Scan the code again, or ask for a new link."), { isOver: true }));
  $("main").setAttribute("aria-busy", "false");
}
