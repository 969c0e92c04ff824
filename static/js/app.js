// What every page may use, by data attributes; nothing here is needed to read or send a page.
//   data-dialog-open="id", data-dialog-close    data-copy="text"      tr[data-href]       data-theme-toggle
//   button[data-busy-label] while its form is sent                    [data-quantity] with button[data-step]
//   input[type=file][data-most] refuses a file that is too large at once, with data-too-large
//   details[data-menu] closes by Escape or a click elsewhere          [data-autofocus] takes the focus when it appears

const on = (type, handler) => document.addEventListener(type, handler);
const closest = (event, selector) => event.target instanceof Element ? event.target.closest(selector) : null;

// Buttons that say what they are doing and cannot be pressed twice.
function busy(button) {
  if (!button || button.dataset.busy !== undefined) return;
  const label = button.querySelector("[data-label]") ?? button;
  button.dataset.busy = "";
  button.dataset.label = label.textContent;
  label.replaceChildren(word(button.dataset.busyLabel), word(button.dataset.label, true));
  button.disabled = true;
}
// The words before stay where they were, unseen, so that the button keeps its width.
function word(text, isUnseen = false) {
  const span = Object.assign(document.createElement("span"), { textContent: text, className: "busy-word" });
  if (isUnseen) span.setAttribute("aria-hidden", "true");
  return span;
}
function ready(button) {
  if (button.dataset.busy === undefined) return;
  (button.querySelector("[data-label]") ?? button).textContent = button.dataset.label;
  delete button.dataset.busy;
  button.disabled = false;
}
// What scripts say, in the language of the page (templates/layouts/base.html).
const words = JSON.parse(document.querySelector("template[data-words]")?.dataset.words ?? "{}");
window.markethall = { busy, ready, words };

on("submit", event => {
  const button = event.submitter ?? event.target.querySelector("button[data-busy-label]");
  // After this turn, so that the pressed button's own name and value are still sent.
  if (button?.dataset.busyLabel) setTimeout(() => { if (!event.defaultPrevented || event.target.matches("[hx-post],[hx-get]")) busy(button); });
});
on("htmx:finally:request", event => {
  for (const button of document.querySelectorAll("button[data-busy]")) if (event.target.contains(button)) ready(button);
});
addEventListener("pageshow", () => document.querySelectorAll("button[data-busy]").forEach(ready));

// Who signs out in one tab is out in all of them: what the others show goes at once, also where the server is out of reach.
const tabs = new BroadcastChannel("signing out");
const isHere = at => [...document.forms].some(form => form.getAttribute("action") === at);
on("submit", event => {
  const action = event.target.getAttribute("action") ?? "";
  if (/\/(logout|sessions\/end)$/.test(action)) words.signOutAt?.filter(isHere).forEach(at => tabs.postMessage(at));
});
tabs.onmessage = ({ data }) => {
  if (!isHere(data)) return; // this page is nobody's
  const main = Object.assign(document.createElement("main"), { className: "narrow-main" });
  const heading = Object.assign(document.createElement("h1"), { textContent: words.signedOut });
  const again = Object.assign(document.createElement("a"), { href: location.pathname, textContent: words.signInAgain });
  const card = Object.assign(document.createElement("div"), { className: "narrow-card" });
  card.append(heading, again);
  main.append(card);
  document.title = heading.textContent;
  document.body.className = "narrow";
  document.body.replaceChildren(main);
};

// A document that the server would refuse is refused before it is sent, so that nothing typed is lost on the way.
on("change", event => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.type !== "file" || !input.dataset.most) return;
  const isLarge = [...input.files].some(file => file.size > Number(input.dataset.most));
  let said = input.parentElement.querySelector("[data-said]");
  if (!isLarge) { said?.remove(); input.removeAttribute("aria-invalid"); return; }
  input.value = "";
  input.setAttribute("aria-invalid", "true");
  if (!said) {
    said = Object.assign(document.createElement("p"), { className: "error" });
    said.dataset.said = "";
    said.setAttribute("role", "alert");
    input.after(said);
  }
  said.textContent = input.dataset.tooLarge;
});

on("click", event => {
  const opener = closest(event, "[data-dialog-open]");
  const asks = opener && document.getElementById(opener.dataset.dialogOpen);
  if (asks) { event.preventDefault(); asks.showModal(); } // a submit button that opens a dialog sends at once where no script runs
  const closer = closest(event, "[data-dialog-close]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement) event.target.close(); // a click on the backdrop

  const copier = closest(event, "[data-copy]");
  if (copier) copy(copier);
  if (closest(event, "[data-theme-toggle]")) toggleTheme();

  const step = closest(event, "[data-step]");
  if (step) {
    const input = step.closest("[data-quantity]").querySelector("input");
    const wanted = (Number(input.value) || 0) + Number(step.dataset.step);
    input.value = Math.min(Number(input.dataset.most), Math.max(1, wanted));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;

  const row = closest(event, "tr[data-href]");
  if (row && !closest(event, "a, button, input, select, label, summary") && !String(getSelection())) {
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  }
});

on("keydown", event => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details[data-menu][open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  }
  if (event.key === "Enter" && event.target instanceof HTMLElement && event.target.matches("tr[data-href]")) location.assign(event.target.dataset.href);
});

async function copy(button) {
  try { await navigator.clipboard.writeText(button.dataset.copy); } catch { return; }
  const use = button.querySelector("use");
  const shape = use.getAttribute("href");
  use.setAttribute("href", shape.replace(/#.*/, "#check"));
  button.setAttribute("aria-label", words.copied);
  setTimeout(() => { use.setAttribute("href", shape); button.setAttribute("aria-label", words.copy); }, 1500);
}

const isDark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
function nameTheme() {
  for (const place of document.querySelectorAll("[data-theme-words]")) place.textContent = isDark() ? words.light : words.dark;
}
function toggleTheme() {
  const next = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try { localStorage.setItem("theme", next); } catch { /* not remembered, still shown */ }
  nameTheme();
}

// Times in the reader's own zone, in the words of shared/entrypoints/web/filters.py; the exact time stands in the title.
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const language = document.documentElement.lang || "en";
const exactly = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "full", timeStyle: "long" });
const nearby = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
function spoken(at) {
  const now = new Date();
  const days = Math.round((new Date(at.getFullYear(), at.getMonth(), at.getDate()) - new Date(now.getFullYear(), now.getMonth(), now.getDate())) / 86400000);
  if (Math.abs(days) <= 1) return nearby.format(days, "day");
  const year = at.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
  if (language !== "en") return new Intl.DateTimeFormat(language, { day: "numeric", month: "short", ...year }).format(at);
  return `${at.getDate()} ${MONTHS[at.getMonth()]}${year.year ? ` ${at.getFullYear()}` : ""}`; // CLDR would say Sept
}
function sayTime(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const hour = [at.getHours(), at.getMinutes()].map(part => String(part).padStart(2, "0")).join(":");
  const words = time.dataset.time === "day" ? spoken(at) : `${spoken(at)}, ${hour}`;
  if (time.textContent !== words) time.textContent = words;
  time.title = exactly.format(at);
}

// htmx hands an element's style attribute on to its successor, which our policy forbids: what a person did to a field (its
// height, pulled by a corner) is taken off before, and set again by the way that is allowed.
let styles = new Map();
on("htmx:before:swap", () => {
  styles = new Map([...document.querySelectorAll("[id][style]")].map(element => [element.id, element.style.cssText]));
  for (const id of styles.keys()) document.getElementById(id).removeAttribute("style");
});
on("htmx:after:swap", () => {
  for (const [id, style] of styles) { const element = document.getElementById(id); if (element) element.style.cssText = style; }
});

// An answer says what was typed when it was asked for: what a person typed or chose since then stays, and is looked at again.
const isTicked = field => field.type === "checkbox" || field.type === "radio";
const entered = field => isTicked(field) ? field.checked : field.value;
// Choices have no id of their own: they are known by their form, name and value.
const keyOf = field => field.id || (isTicked(field) && field.form?.id ? [field.form.id, field.name, field.value].join(" ") : "");
const allFields = () => [...document.querySelectorAll("input:not([type=file], [type=hidden]), select, textarea")].filter(keyOf);
const whenAsked = new WeakMap(); // by request: keys of fields and what is in them
const enteredSince = new WeakMap();
on("htmx:before:request", ({ detail }) => whenAsked.set(detail.ctx, new Map(allFields().map(field => [keyOf(field), entered(field)]))));
on("htmx:before:swap", ({ detail }) => {
  const before = whenAsked.get(detail.ctx) ?? new Map();
  const isNew = field => before.has(keyOf(field)) && before.get(keyOf(field)) !== entered(field);
  // Of radios the one that is chosen says it all.
  const changed = allFields().filter(field => isNew(field) && (field.type !== "radio" || field.checked));
  enteredSince.set(detail.ctx, new Map(changed.map(field => [keyOf(field), entered(field)])));
});
on("htmx:after:swap", ({ detail }) => {
  const kept = enteredSince.get(detail.ctx) ?? new Map();
  for (const field of kept.size ? allFields() : []) {
    const value = kept.get(keyOf(field));
    if (value === undefined || entered(field) === value) continue;
    field[isTicked(field) ? "checked" : "value"] = value;
    if (field !== document.activeElement) field.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

function prepare(root) {
  root.querySelector("[data-autofocus]")?.focus();
  root.querySelectorAll("time[data-time]").forEach(sayTime);
  root.querySelectorAll(".chips > [aria-current]").forEach(intoView);
}
// Of a row that scrolls sideways the current one is seen; the page itself stays where it is.
function intoView(chip) {
  const row = chip.parentElement, at = chip.getBoundingClientRect(), frame = row.getBoundingClientRect();
  row.scrollLeft += at.left - frame.left - (frame.width - at.width) / 2;
}
on("htmx:after:swap", event => { if (event.target instanceof Element) prepare(event.target); });

// What is suggested while one types goes by Escape.
on("keydown", event => { if (event.key === "Escape") closest(event, ".top-search")?.querySelector("#suggestions").replaceChildren(); });

// A folded summary stands open where there is room for it.
const wide = matchMedia("(min-width: 960px)");
const unfold = () => document.querySelectorAll("details[data-open-wide]").forEach(fold => { fold.open = wide.matches; });
wide.addEventListener("change", unfold);

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", nameTheme);
nameTheme();
unfold();
prepare(document);
