"""What an operator says about VAT: a number is confirmed or refused, a rate is entered."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length

from shared.core.errors import Invalid
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.forms import MarketForm, choices
from shared.trade.vat.rates import read_rate
from shared.trade.vat.rules import Rate
from shared.trade.vat.service import MOST_WORDS
from shared.trade.vendors.countries import CURRENCIES, currency_name

TOO_LONG = Length(
    max=MOST_WORDS, message=_l("At most %(most)s characters.", most=MOST_WORDS)
)


class _DecisionForm(MarketForm):
    """About the registration that somebody looked at; empty where the vendor stated nothing."""

    registration = HiddenField()

    def registration_id(self) -> int | None:
        """Its id."""
        text = self.registration.data or ""
        return (
            int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
        )


class ConfirmForm(_DecisionForm):
    """What was looked at."""

    proof = TextAreaField(
        _l("Proof"),
        [
            InputRequired(_l("Say what you looked at, such as VIES and the day.")),
            TOO_LONG,
        ],
    )


class RefuseForm(_DecisionForm):
    """Why not; the vendor reads it."""

    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_l("Say why, so that the vendor can mend it.")), TOO_LONG],
    )


class RateField(StringField):
    """An exchange rate; `data` is a Decimal."""

    def process_formdata(self, valuelist: list[object]) -> None:
        self.data: Any = None  # a Decimal; WTForms types its own
        text = str(valuelist[0]).strip() if valuelist else ""
        if not text:
            self.raw_data = []
            return
        try:
            self.data = read_rate(text)
        except Invalid as error:
            raise ValueError(error.message) from None

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ""


def _currencies() -> list[Any]:
    """Every currency by its name in the language spoken here."""
    return choices((code, currency_name(code)) for code in CURRENCIES)


class RateForm(MarketForm):
    """What two currencies were worth on a day."""

    base = SelectField(
        _l("1 unit of"),
        choices=_currencies,
        default="EUR",
    )
    quote = SelectField(
        _l("Is worth, in"),
        choices=_currencies,
        default="DKK",
    )
    rate = RateField(_l("Rate"), [InputRequired(_l("Enter a rate such as 7.4604."))])
    day = DateField(_l("Day"), [DataRequired(_l("Enter a day."))])
    source = StringField(
        _l("Published by"),
        [
            DataRequired(_l("Say who published it.")),
            Length(max=60, message=_l("At most 60 characters.")),
        ],
        default="European Central Bank",
    )
    is_sure = BooleanField(_l("The rate is right, far from the last one as it is"))

    def values(self) -> Rate:
        """What was filled in; after the form was found right."""
        assert self.rate.data is not None
        assert self.day.data is not None
        return Rate(
            self.base.data,
            self.quote.data,
            self.rate.data,
            self.source.data or "",
            self.day.data,
        )
