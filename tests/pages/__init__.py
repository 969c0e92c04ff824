"""Pages, forms and the API, asked over HTTP."""
