"""What somebody fills in about a discount: what it takes off, when, how often, of which goods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from wtforms import (
    DateField,
    RadioField,
    SelectField,
    StringField,
    TimeField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from portal.discounts.moments import as_begin, as_end, begin_of, end_of
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.money import Money
from shared.core.words import word
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import ChecksField, choices
from shared.entrypoints.web.number_fields import MoneyField, PercentField, WholeField
from shared.trade.discounts.queries import DiscountView
from shared.trade.discounts.rules import LONGEST_CODE, DiscountKind
from shared.trade.discounts.service import MOST_USES, DiscountValues
from shared.trade.vendors.countries import CURRENCIES, currency_name

_USES = NumberRange(
    min=1,
    max=MOST_USES,
    message=_l("Enter a number from 1, or leave it empty."),
)


_YEARS = range(2000, 2101)


def _must_be_near(field: DateField) -> None:
    day = field.data
    if day is not None and day.year not in _YEARS:
        raise ValidationError(_("Choose a day of this century."))


def _kinds() -> Iterator[tuple[str, str]]:
    for kind in DiscountKind:
        yield kind, word("discounts.kinds", kind)


def _currencies() -> list[Any]:
    named = ((code, f"{currency_name(code)} ({code})") for code in CURRENCIES)
    return choices([("", _("None, a percentage or delivery")), *named])


class DiscountForm(Edited):
    """A discount that is there; its code and its kind stay."""

    is_marketplace: ClassVar[bool] = False

    percentage = PercentField(
        _l("Percentage"),
        [
            Optional(),
            NumberRange(
                min=Decimal("0.01"),
                max=100,
                message=_l("Enter a percentage above 0, at most 100."),
            ),
        ],
        places=None,
    )
    amount = MoneyField(
        _l("Amount"),
        [Optional()],
        description=_l("Once an order, never more than the goods cost."),
    )
    least = MoneyField(
        _l("From an order of"),
        [Optional()],
        description=_l("What the goods it is for cost together, without delivery."),
    )
    starts_day = DateField(_l("First day"), [Optional()])
    starts_time = TimeField(_l("From"), [Optional()])
    ends_day = DateField(_l("Last day"), [Optional()])
    ends_time = TimeField(_l("Until"), [Optional()])
    most_uses = WholeField(
        _l("Orders in all"),
        [Optional(), _USES],
        description=_l("Empty: as many as come."),
    )
    most_per_shopper = WholeField(
        _l("Orders per shopper"),
        [Optional(), _USES],
        description=_l("Counted by account and by email address."),
    )

    def validate_starts_day(self, field: DateField) -> None:
        """One that calendars and zones can still reckon with."""
        _must_be_near(field)

    def validate_ends_day(self, field: DateField) -> None:
        """One that calendars and zones can still reckon with."""
        _must_be_near(field)

    def validate_starts_time(self, _field: TimeField) -> None:
        """A time alone says nothing."""
        if self.starts_day.data is None:
            raise ValidationError(_("Choose the day as well."))

    def validate_ends_time(self, _field: TimeField) -> None:
        """A time alone says nothing."""
        if self.ends_day.data is None:
            raise ValidationError(_("Choose the day as well."))

    def values(
        self,
        kind: DiscountKind,
        zone: ZoneInfo,
        vendor_ids: Sequence[int] = (),
    ) -> DiscountValues:
        """What the use case takes. Only after the form was found right."""
        starts_at = begin_of(self.starts_day.data, self.starts_time.data, zone)
        ends_at = end_of(self.ends_day.data, self.ends_time.data, zone)
        return DiscountValues(
            kind=kind,
            percentage=self.percentage.data,
            amount=_minor(self.amount),
            least=_minor(self.least),
            starts_at=starts_at,
            ends_at=ends_at,
            most_uses=self.most_uses.data,
            most_per_shopper=self.most_per_shopper.data,
            vendor_ids=tuple(vendor_ids),
            **self.only_marketplaces(),
        )

    def only_marketplaces(self) -> dict[str, Any]:
        """What only the marketplace says of a discount."""
        return {}

    @property
    def named_vendors(self) -> list[str]:
        """The shops that it is for alone, by the last part of each address."""
        return []


class NewDiscountForm(DiscountForm):
    """A discount that is still to be made."""

    discount_code = StringField(
        _l("Code"),
        [
            DataRequired(_l("Enter the code that shoppers type, such as WELCOME10.")),
            Length(max=LONGEST_CODE, message=_l("Use at most 40 characters.")),
        ],
        description=_l("Letters from A to Z, digits and dashes. It cannot be changed."),
    )
    kind = RadioField(
        _l("What it takes off"),
        choices=lambda: choices(_kinds()),
        default=DiscountKind.PERCENT.value,
    )


class MarketplaceFields(Edited):
    """What the marketplace says of a discount beside."""

    is_marketplace: ClassVar[bool] = True

    currency = SelectField(
        _l("Currency"),
        choices=_currencies,
        default="",
        description=_l("Of the amounts. It is then for things sold in it alone."),
    )
    vendors = ChecksField(_l("Only of these shops"), validate_choice=False)
    categories = ChecksField(_l("Only of these categories"), validate_choice=False)

    def only_marketplaces(self) -> dict[str, Any]:
        """What only the marketplace says of a discount."""
        return {
            "currency": self.currency.data or "",
            "categories": tuple(self.categories.data or ()),
        }

    @property
    def named_vendors(self) -> list[str]:
        """The last part of each chosen shop's address."""
        return list(self.vendors.data or ())


class MarketplaceDiscountForm(MarketplaceFields, DiscountForm):
    """The marketplace's discount that is there."""


class NewMarketplaceDiscountForm(MarketplaceFields, NewDiscountForm):
    """The marketplace's discount that is still to be made."""


def _minor(field: MoneyField) -> int:
    return field.data.amount if isinstance(field.data, Money) else 0


def _plain(percentage: Decimal | None) -> Decimal | None:
    """Without zeros that say nothing."""
    return None if percentage is None else Decimal(f"{percentage.normalize():f}")


def from_discount(
    view: DiscountView,
    zone: ZoneInfo,
    slugs: Sequence[str] = (),
) -> Mapping[str, Any]:
    """How the form shows a discount; `slugs` of the vendors that it is for."""
    discount = view.discount
    begin = as_begin(discount.starts_at, zone)
    end = as_end(discount.ends_at, zone)

    def money(amount: int) -> Money | None:
        return Money(amount, discount.currency) if amount else None

    return {
        "percentage": _plain(discount.percentage),
        "amount": money(discount.amount),
        "least": money(discount.least),
        "starts_day": begin.day,
        "starts_time": begin.time,
        "ends_day": end.day,
        "ends_time": end.time,
        "most_uses": discount.most_uses,
        "most_per_shopper": discount.most_per_shopper,
        "currency": discount.currency,
        "vendors": list(slugs),
        "categories": sorted(discount.categories),
    }
