// Starts Swagger UI on /api/v1/docs. A file of its own, because the page allows no inline script.

// What Swagger UI leaves out for people who cannot see it: regions with names, no link inside a button, no heading skipped.
// Its list of servers has no name either, and holds this one alone.
function reachable({ React }) {
  const part = (name, element, ...more) => React.createElement("section", { "aria-label": name }, element, ...more);
  return {
    wrapComponents: {
      InfoContainer: Original => props => part("About", React.createElement(Original, props),
        React.createElement("h2", { className: "sr-only" }, "Addresses")),
      SchemesContainer: Original => props => part("Sign in", React.createElement(Original, props)),
      ServersContainer: () => () => null,
      responses: Original => props => React.createElement("div", { ref: tablesAsTables }, React.createElement(Original, props)),
      DeepLink: () => ({ text }) => React.createElement("span", null, text),
    },
  };
}

// Its tables of answers call themselves regions, all without a name.
function tablesAsTables(node) {
  node?.querySelectorAll("table[role='region']").forEach(table => table.removeAttribute("role"));
}

const root = document.documentElement;
const night = matchMedia("(prefers-color-scheme: dark)");
function shade() {
  root.classList.toggle("dark-mode", (root.dataset.theme ?? (night.matches ? "dark" : "light")) === "dark");
}

const place = document.getElementById("api-docs");
if (place) {
  shade();
  place.setAttribute("aria-busy", "true");
  night.addEventListener("change", shade);
  new MutationObserver(shade).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  window.SwaggerUIBundle({
    url: place.dataset.url,
    domNode: place,
    deepLinking: true,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
    plugins: [reachable],
    layout: "BaseLayout",
    onComplete: () => place.removeAttribute("aria-busy"),
  });
}
