"""Who orders and where it goes."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

from wtforms import SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from shared.core.errors import Invalid
from shared.core.folding import fold
from shared.core.formats import country, country_within, listed
from shared.core.locales import current, speaking
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.widgets import Offered
from shared.trade.orders.contacts import Contact
from shared.trade.people.rules import normal_email
from shared.trade.shipping.places import COUNTRIES
from storefront.checkout.billing_fields import BillingFields
from storefront.checkout.destination import Destination
from storefront.checkout.notes import NoteFields
from storefront.checkout.places import STATE, PostalPlace, place_of
from storefront.checkout.postal import example_of, tidy_postal_code

CHECKED_ALONE = (
    "email",
    "full_name",
    "address",
    "address_extra",
    "city",
    "postal_code",
    "state",
    "country",
    "phone",
)
# In the order in which the page asks.
ON_THE_PAGE = (
    "email",
    "country",
    "full_name",
    "address",
    "address_extra",
    "postal_code",
    "city",
    "state",
)
DECIDED_BY_COUNTRY = ("postal_code", "state")


# For each word that a country has for its states: none was chosen, and what was typed is none.
_STATES = {
    STATE: (
        _n("Choose the state."),
        _n("“%(typed)s” is none of the states of %(country)s. Choose one."),
    ),
    "Province": (
        _n("Choose the province."),
        _n("“%(typed)s” is none of the provinces of %(country)s. Choose one."),
    ),
    "Prefecture": (
        _n("Choose the prefecture."),
        _n("“%(typed)s” is none of the prefectures of %(country)s. Choose one."),
    ),
}


def countries() -> list[tuple[str, str]]:
    """Where we send to, as (code, name), in the order of the names in the language spoken here."""
    return list(_countries(current()))


@cache
def _countries(language: str) -> tuple[tuple[str, str], ...]:
    with speaking(language):
        named = [(code, country(code)) for code in COUNTRIES]
    return tuple(sorted(named, key=lambda each: fold(each[1])))


@cache
def _offered(language: str) -> Any:
    return Offered(_countries(language))


@cache
def _offered_first(language: str) -> Any:
    with speaking(language):
        return Offered([("", _("Choose one")), *_countries(language)])


@lru_cache(maxsize=512)
def _offered_states(language: str, country: str) -> Any:
    place = place_of(country)
    with speaking(language):
        first = ("", _("Choose one"))
    keyed = [(_key(place, label), name) for label, name in place.states]
    return Offered([first, *keyed])


@cache
def _with_states(language: str) -> str:
    """The countries whose post asks for a state, as a sentence ends with them."""
    with speaking(language):
        return listed(
            [_spoken(code) for code, _name in countries() if place_of(code).states]
        )


def _spoken(code: str) -> str:
    """A country's name within a sentence."""
    return country_within(code) if code in COUNTRIES else _("that country")


def _key(place: PostalPlace, label: str) -> str:
    """What a form sends for a state: with its country, so that California is not Cagliari when the
    country was changed.
    """
    return f"{place.country}-{label}"


class PlainText:
    """Text that a label printer takes: no control characters, at least one letter or digit."""

    def __call__(self, form: Any, field: Any) -> None:
        text = field.data or ""
        if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") for c in text):
            raise ValidationError(_("Use plain letters, digits and signs."))
        if not any(c.isalnum() for c in text):
            raise ValidationError(_("Use plain letters, digits and signs."))


class CheckoutForm(NoteFields, BillingFields):
    """Contact and delivery."""

    email = StringField(
        _l("Email"),
        [
            DataRequired(_l("Enter your email, so that we can send the receipt.")),
            Length(max=254),
        ],
    )
    full_name = StringField(
        _l("Full name"),
        [
            DataRequired(_l("Enter the name for the parcel.")),
            Length(max=120, message=_l("Use at most 120 characters.")),
            PlainText(),
        ],
    )
    address = StringField(
        _l("Address"),
        [
            DataRequired(_l("Enter street and house number.")),
            Length(max=200, message=_l("Use at most 200 characters.")),
            PlainText(),
        ],
    )
    address_extra = StringField(
        _l("Flat, floor or company"),
        [
            Optional(),
            Length(max=200, message=_l("Use at most 200 characters.")),
            PlainText(),
        ],
    )
    city = StringField(
        _l("City"),
        [
            DataRequired(_l("Enter the city.")),
            Length(max=80, message=_l("Use at most 80 characters.")),
            PlainText(),
        ],
    )
    # Whether it has to be there is the country's affair.
    postal_code = StringField(_l("Postal code"))
    # The country's, set when it is known.
    state = SelectField(_l(STATE), choices=[], validate_choice=False)
    country = SelectField(
        _l("Country"),
        [DataRequired(_l("Choose the country."))],
        choices=[],
        validate_choice=False,
    )

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Fill in; then offer the states of the chosen country, named as it names them."""
        super().process(*args, **kwargs)
        language = current()
        self.billing_country.choices = _offered(language)
        self.billing_country.data = self.billing_country.data or self.country.data
        # Whatever class declares them first: problems are listed in this order.
        for name in (*ON_THE_PAGE, *BillingFields.asked()):
            if name in self._fields:
                self._fields[name] = self._fields.pop(name)
        # Without a choice the first of the list would look chosen.
        offered = _offered if self.country.data else _offered_first
        self.country.choices = offered(language)
        place = self.place()
        self.state.choices = _offered_states(language, place.country)
        self.state.label.text = _(place.state_word)
        label = self._state()
        self.state.data = _key(place, label) if label else self.state.data

    @staticmethod
    def countries_with_states() -> str:
        """For the sentence below the state that is typed where no scripts run."""
        return _with_states(current())

    def place(self) -> PostalPlace:
        """What is known of addresses in the chosen country."""
        return place_of(self.country.data or "")

    def _state(self) -> str | None:
        """The chosen or typed state as it stands on a label; None when the country has no such
        one.
        """
        place = self.place()
        return place.state((self.state.data or "").removeprefix(_key(place, "")))

    def validate_email(self, field: StringField) -> None:
        """An address that mail can reach."""
        try:
            field.data = normal_email(field.data or "")
        except Invalid as problem:
            raise ValidationError(problem.message) from None

    def validate_country(self, field: SelectField) -> None:
        """One of those that can be chosen."""
        if field.data not in COUNTRIES:
            raise ValidationError(_("Choose the country."))

    def validate_postal_code(self, field: StringField) -> None:
        """As the chosen country writes them; a missing space or hyphen is mended rather than
        blamed.
        """
        country = self.country.data or ""
        tidy = tidy_postal_code(field.data or "", country)
        if tidy is None and not field.data:
            raise ValidationError(_("Enter the postal code."))
        if tidy is None:
            example = example_of(country)
            raise ValidationError(
                _(
                    "Enter a postal code of %(country)s, such as %(example)s.",
                    country=_spoken(country),
                    example=example,
                )
                if example
                else _("Enter a postal code of %(country)s.", country=_spoken(country))
            )
        field.data = tidy

    def validate_state(self, field: SelectField) -> None:
        """One of the country's, chosen or, without scripts, typed; what another country left behind
        is not looked at.
        """
        place = self.place()
        if not place.states or self._state():
            return
        missing, unknown = _STATES[place.state_word]
        typed = (field.data or "").strip()
        if not typed or re.match("[A-Z]{2}-", typed):
            raise ValidationError(_(missing))
        raise ValidationError(
            _(
                unknown,
                typed=typed[:40],
                country=_spoken(place.country),
            )
        )

    def asks_for(self, name: str) -> bool:
        """Whether a field has to be filled in, in the chosen country."""
        if name == "postal_code":
            return self.place().code_required
        if name == "state":
            return bool(self.place().states)
        if name == "phone":
            return self.wants_phone
        return bool(self[name].flags.required)

    def destination(self) -> Destination:
        """Where it goes, as far as that is filled in."""
        return Destination(
            self.country.data or "",
            self.postal_code.data or "",
        )

    def contact(self) -> Contact:
        """What was entered, once it is valid."""
        return Contact(
            email=self.email.data or "",
            full_name=self.full_name.data or "",
            address=self.address.data or "",
            address_extra=self.address_extra.data or "",
            city=self.city.data or "",
            postal_code=self.postal_code.data or "",
            country=self.country.data or "",
            state=self._state() or "",
            phone=(self.phone.data or "") if self.wants_phone else "",
            billing=self.billing(),
        )
