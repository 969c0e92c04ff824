#!/usr/bin/env bash
# Babel 2.18.0: a message in brackets of its own, `_(("one " "two"))`, is not extracted; of a choice, `_("one" if x else "two")`,
# what is extracted is "onetwo".
#
# Both calls are ordinary Python and translate at run time. The extractor reads tokens: the inner bracket ends its looking for
# strings, so nothing is found and nothing is said; of a conditional it joins the two strings, as it does for
# strings that stand side by side, to a message that nobody asks for. Jinja2's extractor, which reads the
# syntax tree, finds the one in brackets in a template, and of a choice tells that there is none it could read (None).
# Seen on 2026-11-29 (Jinja2 3.1.6, Python 3.11); exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check babel==2.18.0 jinja2==3.1.6
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
from io import BytesIO

from babel.messages.extract import extract
from jinja2.ext import babel_extract


def in_python(code: str) -> list[object]:
    return [found[1] for found in extract("python", BytesIO(code.encode()), keywords={"_": None})]


def in_a_template(code: str) -> list[object]:
    rows = babel_extract(BytesIO(f"{{{{ {code} }}}}".encode()), ["_"], [], {})
    return [found[2] for found in rows]


side_by_side, bracketed = '_("one " "two")', '_(("one " "two"))'
choice = '_("one" if x else "two")'
for code in (side_by_side, bracketed, choice):
    print(f"{code:28} Python: {in_python(code)}  Jinja2: {in_a_template(code)}")
said: list[str] = []
for code in (bracketed, choice):
    eval(code, {"_": said.append, "x": True})
print("asked for at run time:", said)
assert said == ["one two", "one"]
assert (in_python(side_by_side), in_a_template(side_by_side)) == (["one two"], ["one two"])
assert (in_python(bracketed), in_a_template(bracketed)) == ([], ["one two"])
assert in_python(choice) == ["onetwo"]
assert in_a_template(choice) == [None]
PYTHON
echo "In brackets it is not found, and a choice becomes one word. As described."
