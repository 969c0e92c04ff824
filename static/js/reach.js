// What is done when a request of htmx gets no answer, or one that is not ours (a proxy's page about its own trouble): nothing is
// swapped, a sentence says so, and offers to try again. Answers of ours carry a mark (X-Markethall, shared/entrypoints/web/security.py).

const shape = document.querySelector("template[data-unreached]");
let said = null;

const asksByItself = element => element.matches("[hx-trigger^='every']"); // it asks again anyway

function sentence(ctx, status) {
  const isRead = ctx.request.method === "GET";
  if (!status && navigator.onLine === false) return markethall.words.offline;
  const what = status
    ? markethall.words.unreachable.replace("{status}", status)
    : markethall.words.noAnswer;
  return isRead ? what : `${what} ${markethall.words.unsure}`;
}

function say(ctx, status) {
  const element = ctx.sourceElement;
  if (!shape || asksByItself(element)) return;
  said?.remove();
  said = shape.content.firstElementChild.cloneNode(true);
  said.querySelector("[data-words]").textContent = sentence(ctx, status);
  said.querySelector("[data-again]").addEventListener("click", () => tryAgain(ctx));
  said.querySelector("[data-close]").addEventListener("click", forget);
  document.body.append(said);
}

function forget() {
  said?.remove();
  said = null;
}

// The same press again, with the button that was pressed.
function tryAgain({ sourceElement: element, sourceEvent: event }) {
  forget();
  if (!element.isConnected) return location.reload();
  const button = event?.submitter;
  if (element instanceof HTMLFormElement) element.requestSubmit(button?.isConnected ? button : null);
  else element.dispatchEvent(new Event(event?.type ?? "click", { bubbles: true, cancelable: true }));
}

document.addEventListener("htmx:after:request", event => {
  const { ctx } = event.detail;
  if (ctx.response.raw.headers.has("X-Markethall")) return forget();
  event.preventDefault(); // no swap
  say(ctx, ctx.response.status);
});
document.addEventListener("htmx:error", event => { if (event.detail.ctx) say(event.detail.ctx); });
