"""The answer to a bank, as a vendor types it.

Limits are the domain's (shared/finance/disputes/evidence.py), in its sentences.
"""

from __future__ import annotations

from typing import ClassVar, Self

from quart import request
from wtforms import BooleanField, FileField, HiddenField, StringField, TextAreaField

from shared.core.locales.lazy import lazy
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import MarketForm
from shared.finance.disputes.evidence import FIELDS, Field
from shared.finance.disputes.files import KINDS

_ROOM = 250_000  # what is longer than an answer may be is told so, and kept, rather than cut


class LineField(StringField):
    """One line of an answer."""

    max_text = _ROOM


class Paragraphs(TextAreaField):
    """A long text of an answer."""

    max_text = _ROOM


class EvidenceForm(Edited):
    """One field for each text that a bank reads, one for each kind of document; all of them may
    stay empty.

    The documents themselves are read from the request: a form never gives a chosen file back.
    """

    acts: ClassVar = frozenset({"own_receipt"})

    own_receipt = BooleanField(_l("Attach our receipt of this order"))
    button = ""

    async def pressed(self) -> Self:
        """Note which button sent the form."""
        self.button = (await request.form).get("button", "")
        return self

    def removed(self) -> str:
        """The kind of document that a button says to take out."""
        return (
            self.button.removeprefix("remove:")
            if self.button.startswith("remove:")
            else ""
        )

    def answer(self) -> dict[str, str]:
        """What was typed, by field."""
        return {name: str(self[name].data or "") for name in FIELDS}


def _control(field: Field) -> StringField:
    kind = Paragraphs if field.is_long else LineField
    label, hint = lazy(getattr, field, "label"), lazy(getattr, field, "hint")
    return kind(label, description=hint)


for _field in FIELDS.values():
    setattr(EvidenceForm, _field.name, _control(_field))
for _kind in KINDS.values():
    setattr(
        EvidenceForm,
        _kind.name,
        FileField(
            lazy(getattr, _kind, "label"),
            description=lazy(getattr, _kind, "hint"),
        ),
    )


class SubmitForm(MarketForm):
    """Which draft was read through."""

    version = HiddenField()

    def number(self) -> int:
        """The version as a number; -1 for what is none."""
        text = self.version.data or ""
        is_number = text.isascii() and text.isdigit() and len(text) < 9
        return int(text) if is_number else -1
