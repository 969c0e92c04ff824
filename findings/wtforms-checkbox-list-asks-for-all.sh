#!/usr/bin/env bash
# WTForms 3.3.2: a list of checkboxes of which one must be ticked is rendered so that a browser asks for all of them.
#
# The documentation shows SelectMultipleField with CheckboxInput as option_widget for "some of several". With DataRequired
# (or InputRequired) the field's `required` flag is handed to every option, and `<input type="checkbox" required>` means in
# HTML that this very box must be ticked. The server takes one of two boxes; no browser sends the form without both.
# A SelectMultipleField with its usual widget says `required` once, at the <select>, where it means "at least one".
# Seen on 2026-11-28; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check wtforms==3.3.2 markupsafe==3.0.3

"$folder/env/bin/python" - <<'PYTHON'
from wtforms import Form, SelectMultipleField
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget


class Given:
    """What a browser sends: one of the two boxes."""

    def __contains__(self, name: str) -> bool:
        return name == "may"

    def getlist(self, name: str) -> list[str]:
        return ["read"] if name == "may" else []


class Boxes(Form):
    may = SelectMultipleField(
        choices=[("read", "Read"), ("write", "Write")],
        validators=[DataRequired()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


class List(Form):
    may = SelectMultipleField(choices=[("read", "Read"), ("write", "Write")], validators=[DataRequired()])


boxes = [str(option()) for option in Boxes().may]
print(*boxes, sep="\n")
assert [" required" in box for box in boxes] == [True, True], boxes
listed = str(List().may())
print(listed)
assert listed.count("required") == 1, listed
assert Boxes(Given()).validate(), "the server asks for one"
print("The server takes one of two; the page asks a browser for both. As described.")
PYTHON
