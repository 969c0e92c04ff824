"""Forms of what two people may edit at the same time: the second is told what changed, and nothing
is overwritten blindly.

A form carries what it showed (`opened`). Its look goes to the use case, which calls it under the
lock with what is there now. Where that is something else, nothing is saved and the form comes back
with 409: what somebody typed is kept, the fields that only the other changed have the other's
values, and `opened` is what is there now. So saving again is saving anyway, and a third change in
between is told as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from wtforms import (
    BooleanField,
    Field,
    FileField,
    HiddenField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectFieldBase

from shared.core import editing
from shared.core.editing import ChangedMeanwhile, FieldDifference, Look
from shared.core.errors import MarketError
from shared.core.formats import listed, written_day
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.entrypoints.web.filters import percent
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.identity import actor
from shared.entrypoints.web.number_fields import MoneyField, PercentField
from shared.infra.audit.queries import EntryView, last_about
from shared.trade.people.queries import called, labels_of_vendor

T = TypeVar("T")
# What a box says, carried in English and said as the reader does.
YES, NO = _n("Yes"), _n("No")
MOST_CARRIED = 100_000  # characters; the longest form has some thirty fields


@frozen
class Trail:
    """Where the audit trail says who changed it: about what, by which acts, and which of their
    details belong to it.
    """

    subject: str
    acts: tuple[str, ...]
    belongs: Callable[[Mapping[str, Any]], bool] = lambda _details: True


@frozen
class ChangedField:
    """One changed field, in words.

    `is_long`: too long to stand in a sentence. `was` is None where nobody can say.
    """

    id: str
    label: str
    was: str | None
    now: str
    typed: str
    is_both: bool
    is_long: bool


@frozen
class ChangesMeanwhile:
    """What somebody changed meanwhile.

    `page` shows it as it is now; `who` is empty where the trail does not say.
    """

    fields: tuple[ChangedField, ...]
    page: str
    is_known: bool
    who: str = ""
    at: datetime | None = None


class Edited(MarketForm):
    """A form of something that is there already.

    `moving` names fields that change by themselves, `acts` what is no state.
    """

    opened = HiddenField()
    moving: ClassVar[frozenset[str]] = frozenset()
    acts: ClassVar[frozenset[str]] = frozenset()
    meanwhile: ChangesMeanwhile | None = None

    def process(
        self,
        formdata: Any = None,
        obj: Any = None,
        data: Any = None,
        extra_filters: Any = None,
        **kwargs: Any,
    ) -> None:
        """As WTForms does; a form that nobody has sent yet notes what it shows."""
        super().process(formdata, obj, data, extra_filters, **kwargs)
        self.opened.max_text = MOST_CARRIED  # type: ignore[attr-defined]
        if formdata is None:
            self.opened.data = editing.write(self.texts())

    def texts(self) -> dict[str, str]:
        """What the form says, by field: the same text for the same value, however it was typed."""
        return {
            f.name: _text(f)
            for f in self
            if not isinstance(f, HiddenField | FileField) and f.name not in self.acts
        }

    def touched(self, name: str) -> bool:
        """Whether somebody changed this field since the form was opened."""
        was = (editing.read(self.opened.data) or {}).get(name)
        return was is None or editing.mark(_text(self[name])) != was

    def look(
        self,
        shown: Callable[[T], Mapping[str, Any]],
        *,
        page: str,
        trail: Trail,
    ) -> Look[T]:
        """What a use case calls under its lock with what is there now; `shown` is how the form
        shows that.

        Raises ChangedMeanwhile, and then the form is ready to be shown again. `page` is where it is
        filled in anew.
        """

        async def looking(now: T) -> None:
            current = type(self)(
                data=dict(shown(now)),
                meta={"csrf": False, "currency": self.meta.currency},
            )
            carried, there = editing.read(self.opened.data), current.texts()
            found = editing.differences(
                carried,
                there,
                self.texts(),
                moving=self.moving,
            )
            if not found:
                return
            fields = tuple(_told(self[one.name], one) for one in found)
            self._take_over(current)
            who, at = await _last(trail)
            self.meanwhile = ChangesMeanwhile(
                fields, page, carried is not None, who, at
            )
            raise ChangedMeanwhile

        return looking

    def _take_over(self, current: Edited) -> None:
        """Untouched fields get what is there now, and the form was opened just now."""
        for name in current.texts():
            if not self.touched(name):
                self[name].data, self[name].raw_data = current[name].data, None
        self.opened.data = current.opened.data

    def blame(self, error: MarketError) -> None:
        """As for every form; what changed meanwhile stands above it already."""
        if not isinstance(error, ChangedMeanwhile):
            super().blame(error)


def as_it_is(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a use case says by the names of the form's own fields needs no other words."""
    return values


def _text(field: Field) -> str:
    value = field.data
    if isinstance(field, BooleanField):
        return YES if value else NO
    if isinstance(field, SelectMultipleField):
        return " ".join(sorted(value or ()))
    if isinstance(field, SelectFieldBase):
        return "" if value is None else str(value)
    if isinstance(value, Decimal):
        return (
            percent(value)
            if isinstance(field, PercentField)
            else f"{value.normalize():f}"
        )
    if isinstance(value, date):
        return written_day(value)
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _told(field: Any, one: FieldDifference) -> ChangedField:
    was = _in_words(field, one.was)
    now = _in_words(field, one.now)
    typed = _in_words(field, one.typed)
    is_long = any(
        len(text or "") > editing.LONGEST or "\n" in (text or "")
        for text in (was, now, typed)
    )
    return ChangedField(
        field.id,
        str(field.label.text),
        was,
        now or "",
        typed or "",
        one.is_both,
        is_long,
    )


def _in_words(field: Any, text: str | None) -> str | None:
    """As people read it: a choice by its label, a text in quotation marks."""
    if text is None:
        return None
    if isinstance(field, SelectMultipleField):
        offered: Any = field.iter_choices()  # its stubs lag
        labels = {c.value: str(c.label) for c in offered}
        said = [labels.get(one, one) for one in text.split()]
        return listed(said) or _("nothing")
    if isinstance(field, SelectFieldBase):
        choices: Any = field.iter_choices()  # its stubs lag
        return next(
            (str(c.label) for c in choices if str(c.value) == text),
            text,
        ) or _("nothing")
    if not text:
        return _("nothing")
    if isinstance(field, BooleanField):
        return _(text)
    is_text = isinstance(field, StringField) and not isinstance(field, MoneyField)
    return f"“{text}”" if is_text else text


async def _last(trail: Trail) -> tuple[str, datetime | None]:
    """Who changed it last, as the reader may know it, and when."""
    found = await last_about(trail.subject, trail.acts, trail.belongs)
    return ("", None) if found is None else (await _name(found), found.at)


async def _name(entry: EntryView) -> str:
    reader = actor()
    if entry.actor == reader.label:
        return _("you")
    if reader.vendor_id is not None and entry.actor not in await labels_of_vendor(
        reader.vendor_id
    ):
        return "Stripe" if entry.actor == "stripe" else _("the marketplace")
    return (await called([entry.actor])).get(entry.actor, "")
