"""Where the bill goes when it goes elsewhere, and a phone number."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import Length, Optional, StopValidation

from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.typed import phone_number
from shared.entrypoints.web.forms import MarketForm
from shared.trade.orders.billing import BillingAddress
from shared.trade.shipping.places import COUNTRIES
from storefront.checkout.postal import example_of, tidy_postal_code

_TOO_LONG = _l("Use at most 120 characters.")


def _bill(part: str) -> dict[str, str]:
    """What a browser fills in of the address that it keeps for bills."""
    return {"autocomplete": f"billing {part}"}


class Elsewhere:
    """Only where the bill goes to another address; what is missing then is said."""

    def __init__(self, missing: str = "") -> None:
        self.missing = missing

    def __call__(self, form: Any, field: Any) -> None:
        if not form.bill_elsewhere.data:
            field.errors = []
            raise StopValidation
        if self.missing and not (field.data or "").strip():
            raise StopValidation(_(self.missing))


class BillingFields(MarketForm):
    """What a checkout asks beside the parcel's address. `wants_phone`: a shop in it does."""

    wants_phone = False

    phone = StringField(_l("Phone"))
    bill_elsewhere = BooleanField(_l("The bill goes to another address"))
    billing_name = StringField(
        _l("Name on the bill"),
        [Elsewhere(_n("Enter the name for the bill.")), Length(max=120)],
        render_kw=_bill("name"),
    )
    billing_company = StringField(
        _l("Company"),
        [Optional(), Length(max=120, message=_TOO_LONG)],
        render_kw=_bill("organization"),
    )
    billing_address = StringField(
        _l("Billing address"),
        [
            Elsewhere(_n("Enter street and house number.")),
            Length(max=120, message=_TOO_LONG),
        ],
        render_kw=_bill("street-address"),
    )
    billing_postal_code = StringField(
        _l("Postal code of the bill"),
        [Elsewhere()],
        render_kw=_bill("postal-code"),
    )
    billing_city = StringField(
        _l("City of the bill"),
        [Elsewhere(_n("Enter the city.")), Length(max=80)],
        render_kw=_bill("address-level2"),
    )
    billing_state = StringField(
        _l("State or province of the bill"),
        [Optional(), Length(max=60)],
        render_kw=_bill("address-level1"),
    )
    billing_country = SelectField(
        _l("Country of the bill"),
        [Elsewhere(_n("Choose the country."))],
        choices=[],
        validate_choice=False,
        render_kw=_bill("country"),
    )

    @staticmethod
    def asked() -> tuple[str, ...]:
        """The names of what is asked, in its order on the page."""
        billing = (
            "name",
            "company",
            "address",
            "postal_code",
            "city",
            "state",
            "country",
        )
        named = (f"billing_{part}" for part in billing)
        return ("phone", "bill_elsewhere", *named)

    def validate_phone(self, field: StringField) -> None:
        """A number that a carrier can call, where a shop wants one."""
        if not self.wants_phone:
            return
        if not (field.data or "").strip():
            raise ValidationError(_("Enter a phone number for the carrier."))
        number = phone_number(field.data or "")
        if number is None:
            raise ValidationError(_("Enter a phone number such as +352 26 12 34."))
        field.data = number

    def validate_billing_country(self, field: SelectField) -> None:
        """One of those that can be chosen."""
        if field.data not in COUNTRIES:
            raise ValidationError(_("Choose the country."))

    def validate_billing_postal_code(self, field: StringField) -> None:
        """As the country of the bill writes them."""
        country = self.billing_country.data or ""
        tidy = tidy_postal_code(field.data or "", country)
        if tidy is None:
            example = example_of(country) or ""
            raise ValidationError(
                _("Enter a postal code such as %(example)s.", example=example)
                if example
                else _("Enter the postal code.")
            )
        field.data = tidy

    def billing(self) -> BillingAddress | None:
        """Where the bill goes; None where it is the parcel's address."""
        if not self.bill_elsewhere.data:
            return None
        return BillingAddress(
            full_name=self.billing_name.data or "",
            company=self.billing_company.data or "",
            address=self.billing_address.data or "",
            city=self.billing_city.data or "",
            postal_code=self.billing_postal_code.data or "",
            state=self.billing_state.data or "",
            country=self.billing_country.data or "",
        )


def from_billing(billing: BillingAddress | None) -> dict[str, object]:
    """How the form shows what a purchase has."""
    if billing is None:
        return {}
    shown = {
        "billing_name": billing.full_name,
        "billing_company": billing.company,
        "billing_address": billing.address,
        "billing_city": billing.city,
        "billing_postal_code": billing.postal_code,
        "billing_state": billing.state,
        "billing_country": billing.country,
    }
    return {"bill_elsewhere": True, **shown}
