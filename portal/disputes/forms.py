"""The answer to a bank, as a vendor types it. Limits are the domain's (shared/disputes/evidence.py), in its sentences."""

from __future__ import annotations

from wtforms import HiddenField, StringField, TextAreaField

from shared.disputes.evidence import FIELDS, Field
from shared.web.forms import MarketForm

_ROOM = 250_000  # what is longer than an answer may be is told so, and kept, rather than cut


class Line(StringField):
    """One line of an answer."""

    max_text = _ROOM


class Paragraphs(TextAreaField):
    """A long text of an answer."""

    max_text = _ROOM


class EvidenceForm(MarketForm):
    """One field for each text that a bank reads; all of them may stay empty."""

    def texts(self) -> dict[str, str]:
        """What was typed, by field."""
        return {name: str(self[name].data or "") for name in FIELDS}


def _control(field: Field) -> StringField:
    return (Paragraphs if field.is_long else Line)(field.label, description=field.hint)


for _field in FIELDS.values():
    setattr(EvidenceForm, _field.name, _control(_field))


class SubmitForm(MarketForm):
    """Which draft was read through."""

    version = HiddenField()

    def number(self) -> int:
        """The version as a number; -1 for what is none."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
