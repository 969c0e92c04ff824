"""Read models of saved methods. Every one asks for one shopper's."""

from __future__ import annotations

from datetime import date, datetime

from shared.core.frozen import frozen
from shared.finance.payment_methods.models import PaymentMethod, StripeCustomer
from shared.finance.payment_methods.rules import is_expired
from shared.finance.payment_methods.words import expiry, label
from shared.trade.marketplace.queries import today


@frozen
class SavedMethod:
    """A saved method as its shopper sees it. `stripe_id` is for the payment form alone."""

    id: int
    stripe_id: str
    label: str
    expires: str | None
    is_expired: bool
    is_default: bool
    consented_at: datetime


async def saved_methods(shopper_id: int) -> tuple[SavedMethod, ...]:
    """The shopper's saved methods, the default first, then the newest. Two queries."""
    day = await today()
    rows = PaymentMethod.filter(customer_id=shopper_id, is_active=True).order_by(
        "-is_default", "-consented_at", "-id"
    )
    return tuple(_view(row, day) for row in await rows)


async def usable_methods(
    shopper_id: int, stripe_customer_id: str
) -> tuple[SavedMethod, ...]:
    """Those that can pay for what names this customer at Stripe. Two queries."""
    day = await today()
    rows = PaymentMethod.filter(
        customer_id=shopper_id, stripe_customer_id=stripe_customer_id, is_active=True
    )
    found = [
        _view(row, day)
        for row in await rows.order_by("-is_default", "-consented_at", "-id")
    ]
    return tuple(method for method in found if not method.is_expired)


async def saved_method(shopper_id: int, method_id: int) -> SavedMethod | None:
    """One of the shopper's saved methods."""
    row = await PaymentMethod.get_or_none(
        id=method_id, customer_id=shopper_id, is_active=True
    )
    return _view(row, await today()) if row is not None else None


async def lost_all(shopper_id: int) -> bool:
    """Whether the shopper's methods went with a customer that was deleted at Stripe, and none was
    saved since.
    """
    last = (
        await StripeCustomer.filter(customer_id=shopper_id).order_by("-number").first()
    )
    return last is not None and last.gone_at is not None


def _view(row: PaymentMethod, day: date) -> SavedMethod:
    return SavedMethod(
        id=row.id,
        stripe_id=row.stripe_payment_method_id,
        label=label(row.payment_method_type, row.card_brand, row.card_last4),
        expires=expiry(row.card_exp_month, row.card_exp_year),
        is_expired=is_expired(row.card_exp_month, row.card_exp_year, day),
        is_default=row.is_default,
        consented_at=row.consented_at,
    )
