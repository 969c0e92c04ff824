#!/usr/bin/env bash
# Werkzeug 3.1.9: `LanguageAccept.best_match` takes a language of lower quality that is offered by its exact name before the
# best-liked one that is offered without its country.
#
# A browser set up in Vienna or Geneva sends `de-AT,en;q=0.5` or `fr-CH,en;q=0.3`. Offered German, French and English, both get
# English: exact names are looked through first, whatever their quality, and only where none fits is `de-AT` taken as `de`.
# A list without English behind it gets German. RFC 4647, section 3.4 (lookup), goes through the ranges by quality and shortens
# each before it comes to the next. Whoever offers languages without countries has to choose that way himself.
# Seen on 2026-11-29; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check werkzeug==3.1.9
"$folder/env/bin/python" - <<'PYTHON'
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

OFFERED = ["en", "de", "fr"]
SEEN = {
    "de-AT,en;q=0.5": "en",
    "fr-CH,en;q=0.3": "en",
    "de-AT": "de",
    "de-AT,de;q=0.9,en;q=0.5": "de",
}
for header, language in SEEN.items():
    found = parse_accept_header(header, LanguageAccept).best_match(OFFERED)
    print(f"{header!r} gets {found!r}")
    assert found == language, f"it was {language!r} when this was written"
PYTHON
echo "An exact second language wins over the first one's own. As described."
