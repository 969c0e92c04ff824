"""What a vendor fills in about sending: days, the countries of a zone, one way of sending."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wtforms import BooleanField, RadioField, StringField, ValidationError
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
)

from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.money import Money
from shared.core.words import word
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import ChecksField, choices
from shared.entrypoints.web.number_fields import MoneyField, WholeField
from shared.trade.shipping.errors import PickupPlaceMissing
from shared.trade.shipping.places import COUNTRIES, named
from shared.trade.shipping.rules import (
    MOST_DAYS,
    MOST_GRAMS,
    MOST_PLACE,
    REST_OF_EU,
    REST_OF_WORLD,
    DeliveryDays,
    MethodKind,
    ShippingMethod,
    ShippingPlan,
    ShippingZone,
)

_GRAMS = 1000
_DAYS = NumberRange(
    min=0,
    max=MOST_DAYS,
    message=_l("Enter a number of days from 0 to %(most)s.", most=MOST_DAYS),
)


class HandlingForm(Edited):
    """After how many days orders are handed over."""

    handling_days = WholeField(
        _l("Days until you hand a parcel over"),
        [InputRequired(_l("Enter how many days you need. 0 is the same day.")), _DAYS],
    )
    asks_phone = BooleanField(_l("Ask shoppers for a phone number"))


class ZoneForm(Edited):
    """Which countries are sent to in the same way."""

    places = ChecksField(
        _l("Countries"),
        choices=lambda: choices(named((*COUNTRIES, REST_OF_EU, REST_OF_WORLD))),
    )


def _kinds() -> Iterator[tuple[str, str]]:
    for kind in MethodKind:
        yield kind, word("shipping.kinds", kind)


class MethodForm(Edited):
    """One way of sending."""

    name = StringField(
        _l("Name"),
        [
            DataRequired(_l("Give it a name, such as Standard parcel.")),
            Length(max=80, message=_l("Use at most 80 characters.")),
        ],
        description=_l("Shoppers choose by it."),
    )
    kind = RadioField(
        _l("How its price is made"),
        choices=lambda: choices(_kinds()),
        default=MethodKind.FLAT.value,
    )
    place = StringField(
        _l("Where it is picked up"),
        [Length(max=MOST_PLACE, message=_l("Use at most 200 characters."))],
        description=_l("Only for pick-up: street, town, opening hours."),
    )
    price = MoneyField(
        _l("Price"),
        [InputRequired(_l("Enter what it costs. 0 is fine."))],
        description=_l("By weight, this is the first kilogram."),
    )
    per_kilogram = MoneyField(
        _l("Each further kilogram"),
        [Optional()],
        description=_l("Only by weight. A kilogram that is begun counts whole."),
    )
    most_kilograms = WholeField(
        _l("Heaviest parcel, in kilograms"),
        [
            Optional(),
            NumberRange(
                min=1,
                max=MOST_GRAMS // _GRAMS,
                message=_l("Enter whole kilograms from 1 to %(most)s.", most=1000),
            ),
        ],
        description=_l("Heavier orders are not offered this."),
    )
    free_from = MoneyField(
        _l("Free from"),
        [Optional()],
        description=_l("Orders worth this much pay nothing for it."),
    )
    days_from = WholeField(
        _l("Days on the way, at least"),
        [Optional(), _DAYS],
    )
    days_to = WholeField(
        _l("At most"),
        [Optional(), _DAYS],
    )

    def validate_days_from(
        self,
        field: WholeField,
    ) -> None:
        """Both or none, the fewest first."""
        if self.days_to.data is None or field.data > self.days_to.data:
            raise ValidationError(
                _("Enter the fewest days first, then the most, or leave both empty.")
            )

    def validate_days_to(
        self,
        _field: WholeField,
    ) -> None:
        """An empty field is no number that could be compared: told where it can be."""
        if self.days_from.data is None:
            raise ValidationError(
                _("Enter the fewest days first, then the most, or leave both empty.")
            )

    def validate_place(
        self,
        field: StringField,
    ) -> None:
        """Whoever picks it up has to find it."""
        if self.kind.data == MethodKind.PICKUP and not (field.data or "").strip():
            raise ValidationError(_(PickupPlaceMissing.default))

    def method(
        self,
        key: str,
    ) -> ShippingMethod:
        """What the use case takes. Only after the form was found right."""
        kind = MethodKind(self.kind.data)
        by_weight = kind is MethodKind.WEIGHT
        is_pickup = kind is MethodKind.PICKUP
        return ShippingMethod(
            key=key,
            name=(self.name.data or "").strip(),
            kind=kind,
            price=_amount(self.price) or 0,
            per_kilogram=(_amount(self.per_kilogram) or 0) if by_weight else 0,
            most_grams=_grams(self.most_kilograms.data),
            free_from=_amount(self.free_from),
            days=_days(self.days_from.data, self.days_to.data),
            place=(self.place.data or "").strip() if is_pickup else "",
        )


def _amount(field: MoneyField) -> int | None:
    return field.data.amount if isinstance(field.data, Money) else None


def _grams(kilograms: int | None) -> int | None:
    return None if kilograms is None else kilograms * _GRAMS


def _days(
    first: int | None,
    last: int | None,
) -> DeliveryDays | None:
    return None if first is None or last is None else DeliveryDays(first, last)


def from_plan(plan: ShippingPlan) -> Mapping[str, Any]:
    """How the form shows what there is."""
    return {
        "handling_days": plan.handling_days,
        "asks_phone": plan.asks_phone,
    }


def from_zone(zone: ShippingZone) -> Mapping[str, Any]:
    """How the form shows what there is."""
    return {"places": list(zone.places)}


def from_method(
    method: ShippingMethod,
    currency: str,
) -> Mapping[str, Any]:
    """How the form shows what there is."""
    days = method.days

    def money(amount: int | None) -> Money | None:
        return None if amount is None else Money(amount, currency)

    return {
        "name": method.name,
        "kind": method.kind.value,
        "place": method.place,
        "price": money(method.price),
        "per_kilogram": money(method.per_kilogram or None),
        "most_kilograms": method.most_grams and method.most_grams // _GRAMS,
        "free_from": money(method.free_from),
        "days_from": days.first if days else None,
        "days_to": days.last if days else None,
    }
