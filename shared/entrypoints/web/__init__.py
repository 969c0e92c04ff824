"""The Quart glue: what every page and endpoint stands on."""
