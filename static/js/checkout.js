// Mounts Stripe's Payment Element into templates/components/shop.html's payment() and pays with it.
// The outcome is never decided here: on success Stripe goes on to the return page, which asks the server.

const box = document.getElementById("payment");
if (box) start(box);

function start(box) {
  const { publishableKey, clientSecret, returnUrl, stripeJs } = box.dataset;
  const form = box.closest("form");
  const frame = box.querySelector(".payment-frame");
  const button = document.getElementById("pay-button");
  const label = button.querySelector("[data-label]");
  const error = document.getElementById("payment-error");
  const words = label.textContent;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let stripe, elements, paying = false, mounted = false;

  loaded().then(mount, failedToLoad);

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

  function mount() {
    try {
      stripe = window.Stripe(publishableKey);
      elements = stripe.elements({ clientSecret, appearance: appearance(), fonts: fonts(stripeJs) });
      const element = elements.create("payment", { layout: "tabs" });
      element.on("ready", () => { mounted = true; frame.removeAttribute("aria-busy"); if (!paying) button.disabled = false; });
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
    button.disabled = true;
    const again = document.createElement("a");
    again.href = location.href;
    again.textContent = "Try again";
    error.replaceChildren("The payment form could not be loaded. Your order is kept and nothing was charged. ", again);
  }

  form.addEventListener("submit", async event => {
    event.preventDefault();
    if (paying || !mounted) return;
    setPaying(true);
    error.replaceChildren();
    let problem;
    try {
      ({ error: problem } = await stripe.confirmPayment({ elements, confirmParams: { return_url: returnUrl } }));
    } catch { problem = { type: "api_connection_error" }; }
    if (!problem) return; // on our way to the return page: the button stays busy
    if (problem.code === "payment_intent_unexpected_state") return location.assign(returnUrl); // paid in another tab, or run out
    error.textContent = sentence(problem);
    setPaying(false);
    if (problem.type !== "validation_error") error.scrollIntoView({ block: "nearest" });
  });
  addEventListener("pageshow", event => { if (event.persisted) setPaying(false); });

  function setPaying(state) {
    paying = state;
    button.disabled = state;
    button.toggleAttribute("data-busy", state);
    label.textContent = state ? button.dataset.busyLabel : words;
    frame.inert = state;
  }

  // Only these two kinds are written by Stripe for the person who pays.
  function sentence(problem) {
    if ((problem.type === "card_error" || problem.type === "validation_error") && problem.message) return problem.message;
    if (problem.type === "api_connection_error") return "We could not reach the payment service. Check your connection and try again; you will not be charged twice.";
    return "The payment did not go through and nothing was charged. Try again, or use another card.";
  }
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
