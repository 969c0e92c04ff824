"""Fields for numbers as people type them: an amount, a whole number, a percentage."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from wtforms import (
    DecimalField,
    IntegerField,
    StringField,
)
from wtforms.form import BaseForm
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from shared.core.amounts import (
    payable,
    read_amount,
    read_percentage,
    read_whole,
    write_amount,
)
from shared.core.errors import Invalid
from shared.core.locales import gettext as _
from shared.core.money import Money


class _Read:
    """For fields whose text is read by a rule of ours: what cannot be read is told in its words
    alone, and stays as typed.
    """

    data: Any
    raw_data: Any
    process_errors: Any

    def read(self, text: str) -> Any:
        """What `text` says. Raises Invalid."""
        raise NotImplementedError

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        self.data = None
        text = str(valuelist[0]).strip()
        if not text:
            self.raw_data = []  # spaces are no answer: InputRequired looks here
            return
        try:
            self.data = self.read(text)
        except Invalid as error:
            raise ValueError(error.message) from None

    def pre_validate(self, _form: BaseForm) -> None:
        if self.process_errors:
            raise StopValidation  # a second sentence about a number that is none would only confuse


class MoneyField(_Read, StringField):
    """An amount in major units (`49.90`); `data` is Money.

    In `currency`, else in the one given to `from_request`.
    """

    def __init__(
        self,
        label: str | None = None,
        validators: list[Any] | None = None,
        *,
        currency: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.currency = currency or self.meta.currency

    def read(self, text: str) -> Money:
        if not self.currency:
            raise Invalid(_("This amount has no currency."))
        return payable(read_amount(text, self.currency, self.meta.language))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if not isinstance(self.data, Money):
            return ""
        return write_amount(self.data, self.meta.language)


class WholeField(_Read, IntegerField):
    """A whole number as people type it (`1,000`).

    A text field: a browser's number field swallows what it cannot read.
    """

    widget = TextInput()

    def read(self, text: str) -> int:
        return read_whole(text, self.meta.language)


class PercentField(_Read, DecimalField):
    """A percentage with at most two decimals, typed with a point or a comma; a text field as
    WholeField is.
    """

    widget = TextInput()

    def read(self, text: str) -> Decimal:
        return read_percentage(text)
