"""Ways in: what pages share, the JSON API, the command line."""
