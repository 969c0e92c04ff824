// Starts Swagger UI on /api/v1/docs. A file of its own, because the page allows no inline script.
const place = document.getElementById("api-docs");
if (place) {
  window.SwaggerUIBundle({
    url: place.dataset.url,
    domNode: place,
    deepLinking: true,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
}
