// Mounts Stripe's Payment Element into templates/components/shop.html's payment(), and pays or saves a card with it.
// The outcome is never decided here: on success Stripe goes on to the return page, which asks the server.

const box = document.getElementById("payment");
if (box) start(box);

function start(box) {
  const { mode, publishableKey, clientSecret, customerSession, returnUrl, stripeJs, intent } = box.dataset;
  const form = box.closest("form");
  const frame = box.querySelector(".payment-frame");
  const button = document.getElementById("pay-button");
  const label = button.querySelector("[data-label]");
  const error = document.getElementById("payment-error");
  const words = label.textContent;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isSetup = mode === "setup";
  const say = JSON.parse(box.dataset.words); // in the language of the page: components/shop.html
  let stripe, elements, begun = false, paying = false, mounted = false;

  form.addEventListener("change", event => { if (event.target.name === "way") choose(); });
  loaded().then(begin, failedToLoad);

  // The saved card that pays, or "" for one that is typed.
  function way() { return form.querySelector("input[name=way]:checked")?.value ?? ""; }

  // Resolves when the Stripe global stands; the page's own script tag fetches it.
  function loaded() {
    return new Promise((resolve, reject) => {
      if (window.Stripe) return resolve();
      const script = document.getElementById("stripe-js") ?? document.querySelector(`script[src="${CSS.escape(stripeJs)}"]`);
      const deadline = setTimeout(reject, 15000);
      const look = setInterval(() => { if (window.Stripe) settle(resolve); }, 100);
      const settle = how => { clearTimeout(deadline); clearInterval(look); how(); };
      script?.addEventListener("load", () => settle(window.Stripe ? resolve : reject));
      script?.addEventListener("error", () => settle(reject));
    });
  }

  function begin() {
    try { stripe = window.Stripe(publishableKey, { locale: document.documentElement.lang }); } catch { return failedToLoad(); }
    choose();
  }

  // Stripe's form is mounted when a card is first to be typed: a saved one needs none.
  function choose() {
    frame.hidden = way() !== "";
    error.replaceChildren();
    if (stripe && !frame.hidden && !begun) mount();
    setReady();
  }

  function setReady() { button.disabled = paying || !stripe || (way() === "" && !mounted); }

  function mount() {
    begun = true;
    frame.setAttribute("aria-busy", "true");
    try {
      const session = customerSession ? { customerSessionClientSecret: customerSession } : {};
      elements = stripe.elements({ clientSecret, ...session, appearance: appearance(), fonts: fonts(stripeJs) });
      const terms = isSetup ? { terms: { card: "never" } } : {}; // the page's own words stand below
      const element = elements.create("payment", { layout: "tabs", ...terms });
      element.on("ready", () => { mounted = true; frame.removeAttribute("aria-busy"); setReady(); });
      element.on("loaderror", failedToLoad);
      element.mount("#payment-element");
      const restyle = () => elements.update({ appearance: appearance() });
      dark.addEventListener("change", restyle);
      new MutationObserver(restyle).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    } catch { failedToLoad(); }
  }

  function failedToLoad() {
    if (mounted) return;
    frame.removeAttribute("aria-busy");
    setReady();
    error.replaceChildren(`${say.notLoaded} `, link(say.tryAgain));
  }

  form.addEventListener("submit", async event => {
    event.preventDefault();
    if (button.disabled) return;
    const card = way();
    setPaying(true);
    error.replaceChildren();
    let problem;
    try { problem = await pay(card); } catch { problem = { type: "api_connection_error" }; }
    if (!problem) return; // on our way to the return page: the button stays busy
    if (isDecided(problem)) return location.assign(returnUrl); // done in another tab, or run out
    error.replaceChildren(...sentence(problem, card));
    setPaying(false);
    if (problem.type !== "validation_error") error.scrollIntoView({ block: "nearest" });
  });
  addEventListener("pageshow", event => { if (event.persisted) setPaying(false); });

  // What went wrong, or nothing. The shop sets the pieces aside between what the form finds wrong and what the bank says.
  async function pay(card) {
    if (isSetup) return (await confirm(card)).error;
    const invalid = card ? null : (await elements.submit()).error;
    if (invalid) return invalid;
    const refused = await askShop("hold");
    if (refused) return refused;
    const { error: declined } = await confirm(card);
    if (declined) askShop("let-go"); // nobody waits for it: what is not let go ends by itself
    return declined;
  }

  // What the shop says against confirming the card, or nothing.
  async function askShop(what) {
    const token = form.elements.csrf_token.value;
    const sent = { method: "POST", headers: { Accept: "application/json", "X-CSRF-Token": token }, keepalive: true };
    try {
      const answer = await fetch(`${location.pathname}/${what}`, { ...sent, body: new URLSearchParams({ intent }) });
      if (answer.ok) return null;
      return { ...(await answer.json()).error, type: "shop" };
    } catch { return { type: "shop" }; }
  }

  function isDecided({ type, code }) {
    if (type === "shop") return code === "payment_decided" || code === "order_not_payable";
    return code?.endsWith("_intent_unexpected_state");
  }

  function confirm(card) {
    const confirmParams = { return_url: returnUrl };
    if (isSetup) return stripe.confirmSetup({ elements, confirmParams });
    if (card) return stripe.confirmPayment({ clientSecret, confirmParams: { ...confirmParams, payment_method: card } });
    return stripe.confirmPayment({ elements, confirmParams });
  }

  function setPaying(state) {
    paying = state;
    setReady();
    button.toggleAttribute("data-busy", state);
    label.textContent = state ? button.dataset.busyLabel : words;
    frame.inert = state;
    for (const choice of form.querySelectorAll("input[name=way]")) choice.disabled = state;
  }

  // Only these two kinds are written by Stripe for the person who pays.
  function sentence(problem, card) {
    if (problem.type === "shop") return shopSentence(problem, say);
    if ((problem.type === "card_error" || problem.type === "validation_error") && problem.message)
      return [say.reasons[problem.message] ?? problem.message]; // a bank's reason comes in English where Stripe.js leaves it so
    if (problem.type === "api_connection_error") return [say.unreached];
    if (problem.code?.endsWith("_intent_authentication_failure")) return [say.notConfirmed]; // 3-D Secure failed, or was closed
    // What the page was made with is no longer so at Stripe: a card removed elsewhere, a customer deleted there.
    if (card) return [`${say.cardGone} `, link(say.chooseAnother)];
    if (problem.type === "invalid_request_error") return [`${say.outOfDate} `, link(say.loadAgain)];
    if (isSetup) return [say.notAccepted];
    const stands = link(say.seeHowItStands); // Stripe itself failed, and may have taken the payment all the same
    stands.href = returnUrl;
    return [`${say.unsure} `, stands, ` ${say.beforeAgain}`];
  }
}

// The shop did not set the pieces aside, so the card was not asked.
function shopSentence({ code, message }, say) {
  if (code === "standing_still") return [`${message} ${say.cardNotAsked}`];
  if (code === "too_many_declines") return [message];
  if (code === "card_worn") return [`${message} `, link(say.otherCard)];
  if (code === "sold_out" || code?.endsWith("vat_number_withdrawn")) return [`${message} `, link(say.goToBasket, say.basketAt)];
  if (code === "page_out_of_date" || code === "form_expired") return [`${say.outOfDateBefore} `, link(say.loadAgain)];
  return [say.shopUnreached];
}

// The same page, made anew by the server, which then asks Stripe again what is saved; or another one.
function link(text, address = `${location.pathname}?again=1`) {
  const again = document.createElement("a");
  again.href = address;
  again.textContent = text;
  return again;
}

// Our own font for Stripe's frame, as our stylesheet names it. Stripe takes files from https alone; the stand-in takes any.
function fonts(stripeJs) {
  if (location.protocol !== "https:" && new URL(stripeJs).origin === "https://js.stripe.com") return [];
  const rules = [...document.styleSheets].flatMap(sheet => [...sheet.cssRules].map(rule => [rule, sheet.href]));
  return rules.flatMap(([rule, href]) => rule instanceof CSSFontFaceRule ? faces(rule.style, href) : []);
}
function faces(style, href) {
  const value = name => style.getPropertyValue(name);
  const file = /url\(["']?([^"')]+)/.exec(value("src"));
  if (!file) return []; // drawn from a font of this machine
  const face = { family: value("font-family").replaceAll('"', ""), src: `url(${new URL(file[1], href)})`, display: "swap", unicodeRange: value("unicode-range") };
  return ["400", "500", "600"].map(weight => ({ ...face, weight })); // one file draws them all
}

function appearance() {
  const css = getComputedStyle(document.documentElement);
  const value = name => css.getPropertyValue(name).trim();
  const night = css.colorScheme === "dark";
  return {
    theme: night ? "night" : "stripe",
    variables: {
      colorPrimary: value("--accent"), colorBackground: value("--raised"), colorText: value("--ink"), colorTextSecondary: value("--ink-2"),
      colorTextPlaceholder: value("--ink-3"), colorDanger: value("--bad"), fontFamily: "Inter, system-ui, sans-serif", fontSizeBase: "16px",
      borderRadius: value("--radius"), spacingUnit: "4px",
    },
    rules: { ".Input": { borderColor: value("--line-strong"), boxShadow: "none" }, ".Label": { fontWeight: "500" } },
  };
}
