"""What an operator fills in about commission: a rule, what to try it on, what refunds do to it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from quart import request
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    ValidationError,
)

from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.money import Money
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import MarketForm, choices
from shared.entrypoints.web.number_fields import MoneyField, PercentField
from shared.trade.commission.basis import CommissionBasis
from shared.trade.commission.queries import Policy, RuleView
from shared.trade.commission.rules import RefundPolicy, Rule
from shared.trade.vendors.countries import CURRENCIES, currency_name

AMOUNTS = ("fixed_amount", "minimum_amount", "maximum_amount")


def _currencies() -> list[Any]:
    """No currency, and each by its name in the language spoken here."""
    return choices(
        [
            ("", _("Any, percentage only")),
            *((code, f"{currency_name(code)} ({code})") for code in CURRENCIES),
        ]
    )


class RuleForm(Edited):
    """One commission rule: what it is about, and what it charges."""

    vendor = StringField(
        _l("Vendor"),
        [Length(max=300)],
        description=_l("The last part of the shop’s address, such as atelier-luxe."),
    )
    category = StringField(
        _l("Category"),
        [Length(max=60)],
        description=_l("As the vendor’s products have it, such as Bags."),
    )
    product = StringField(
        _l("Product"),
        [Length(max=300)],
        description=_l("Paste the address of its page."),
    )
    percentage = PercentField(
        _l("Percentage"),
        [
            InputRequired(_l("Enter a percentage such as 2.5, or 0.")),
            NumberRange(
                min=0,
                max=Decimal("99.99"),
                message=_l("Enter a percentage from 0 to 99.99."),
            ),
        ],
        places=None,
    )
    currency = SelectField(
        _l("Currency"),
        choices=_currencies,
        default="",
        description=_l("A rule with amounts holds for sales in their currency alone."),
    )
    fixed_amount = MoneyField(
        _l("Fixed part"), description=_l("Added once for each line of an order.")
    )
    minimum_amount = MoneyField(_l("At least"))
    maximum_amount = MoneyField(_l("At most"))

    @classmethod
    async def read(cls, view: RuleView | None = None) -> RuleForm:
        """The form as it was sent, else as `view` is, else empty.

        Its amounts are in the currency chosen in it.
        """
        if request.method != "POST":
            known = view.rule.currency if view else None
            return await cls.from_request(
                currency=known,
                data=rule_values(view) if view else None,
            )
        sent = (await request.form).get("currency")
        return await cls.from_request(currency=sent if sent in CURRENCIES else None)

    def validate_currency(self, field: SelectField) -> None:
        """Amounts need a currency; without this the amounts alone would complain."""
        typed = [self[name].raw_data or [""] for name in AMOUNTS]
        if not field.data and any(amount[0] for amount in typed):
            raise ValidationError(
                _("Choose the currency of the fixed part, the minimum and the maximum.")
            )

    def rule(
        self,
        *,
        vendor_id: int | None,
        product_id: int | None,
    ) -> Rule:
        """The rule that was filled in; after the form was found right."""
        fixed, least, greatest = (_minor(self[name].data) for name in AMOUNTS)
        return Rule(
            percentage=cast("Decimal", self.percentage.data),
            fixed=fixed or 0,
            minimum=least or None,
            maximum=greatest,
            currency=self.currency.data or None,
            vendor_id=vendor_id,
            category=self.category.data or "",
            product_id=product_id,
        )


def _minor(value: Money | None) -> int | None:
    return value.amount if value is not None else None


def rule_values(view: RuleView) -> dict[str, Any]:
    """How the form shows a rule."""
    rule = view.rule
    amounts = (rule.fixed or None, rule.minimum, rule.maximum)
    return {
        "vendor": view.vendor_slug,
        "category": rule.category,
        "product": view.product_slug,
        "percentage": Decimal(f"{rule.percentage.normalize():f}"),
        "currency": rule.currency or "",
        **{
            name: Money(amount, rule.currency)
            for name, amount in zip(AMOUNTS, amounts, strict=True)
            if amount is not None and rule.currency
        },
    }


class TryForm(MarketForm):
    """A sale to try the rules on. Sent by GET: it changes nothing."""

    vendor = StringField(
        _l("Vendor"),
        [
            DataRequired(_l("Whose sale? Enter the last part of the shop’s address.")),
            Length(max=300),
        ],
    )
    product = StringField(_l("Product"), [Length(max=300)])
    category = StringField(_l("Category"), [Length(max=60)])
    price = MoneyField(_l("Price"))
    delivery = MoneyField(_l("Delivery cost"))


class BasisForm(MarketForm):
    """What of an order the commission is taken of."""

    commission_basis = RadioField(
        _l("From the next order on"),
        choices=choices((basis.value, basis.value) for basis in CommissionBasis),
        validators=[DataRequired(_l("Choose one."))],
    )


def basis_values(policy: Policy) -> dict[str, Any]:
    """How the form shows it."""
    return {"commission_basis": policy.commission_basis.value}


class PolicyForm(Edited):
    """What refunds do to the commission; made by `policy_form`, with a limit for each currency."""

    refund_policy = RadioField(
        _l("When a shopper gets money back"),
        choices=choices((policy.value, policy.value) for policy in RefundPolicy),
        validators=[DataRequired(_l("Choose one."))],
    )

    def limits(self) -> dict[str, int]:
        """Currency -> minor units, of what was filled in."""
        given = {
            name.removeprefix("limit_"): f.data
            for name, f in self._fields.items()
            if name.startswith("limit_")
        }
        return {
            code: amount.amount for code, amount in given.items() if amount is not None
        }


async def policy_form(policy: Policy, currencies: Iterable[str]) -> PolicyForm:
    """The form as it was sent, else as the policy is."""
    codes = sorted({*currencies, *policy.refund_approval_limits})
    fields = {
        f"limit_{code}": MoneyField(
            currency_name(code),
            currency=code,
        )
        for code in codes
    }
    form_class = cast("type[PolicyForm]", type("PolicyForm", (PolicyForm,), fields))
    if request.method == "POST":
        return await form_class.from_request()
    return await form_class.from_request(data=policy_values(policy))


def policy_values(policy: Policy) -> dict[str, Any]:
    """How the form shows the policy."""
    limits = {
        f"limit_{code}": Money(n, code)
        for code, n in policy.refund_approval_limits.items()
    }
    return {"refund_policy": policy.refund_policy.value, **limits}
