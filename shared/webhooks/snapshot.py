"""A picture of what we hold about an order's or a vendor's money: taken before and after an event, to say what it changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tortoise.expressions import Q

from shared.clawback.models import Claim, Movement
from shared.database.base import Row
from shared.disputes.models import Dispute
from shared.ledger.models import LedgerPosting
from shared.orders.models import Order
from shared.payments.models import Payment
from shared.payouts.models import Payout, ReserveHold
from shared.payouts.rules import UNDER_WAY
from shared.refunds.models import Refund
from shared.vendors.models import VendorPaymentConfig
from shared.webhooks.belonging import Belonging
from shared.webhooks.changes import Picture, Scalar


@dataclass(frozen=True)
class Watch:
    """A table to look at, which of its rows belong to an event's order or vendor, and the fields that tell."""

    word: str
    model: type[Row]
    rows: Callable[[Belonging], Q | None]
    fields: str


def _of_order(column: str) -> Callable[[Belonging], Q | None]:
    def rows(to: Belonging) -> Q | None:
        named: dict[str, Any] = {column: to.order_id}
        return Q(**named) if to.order_id is not None else None

    return rows


def _of_vendor(to: Belonging) -> Q | None:
    return Q(vendor_id=to.vendor_id) if to.order_id is None and to.vendor_id is not None else None


def _payouts(to: Belonging) -> Q | None:
    mine = _of_vendor(to)
    return mine and mine & (Q(status__in=list(UNDER_WAY)) | Q(stripe_payout_id=to.object_id or ""))


def _books(to: Belonging) -> Q | None:
    return Q(subject=f"order:{to.order_id}") if to.order_id is not None else None


# A new domain is one line here.
WATCHES = (
    Watch("order", Order, _of_order("id"), "status payment_status refunded_amount stock_state"),
    Watch(
        "payment",
        Payment,
        _of_order("order_id"),
        "status stripe_payment_intent_id stripe_charge_id stripe_transfer_id stripe_application_fee_id"
        " stripe_balance_transaction_id amount_stripe_fee payment_method failure_code parked_reason",
    ),
    Watch(
        "refund",
        Refund,
        _of_order("order_id"),
        "status amount vendor_part commission_part stripe_refund_id stripe_reversal_id pending_reason failure_reason",
    ),
    Watch(
        "dispute",
        Dispute,
        _of_order("order_id"),
        "stripe_dispute_id status reason amount fee vendor_part commission_part loss_part is_charge_refundable due_by"
        " withdrawn_at reinstated_at closed_at submitted_at",
    ),
    Watch("claim", Claim, _of_order("order_id"), "amount taken receivable written_off"),
    Watch("movement", Movement, _of_order("claim__order_id"), "kind status amount stripe_id"),
    Watch("reserve", ReserveHold, _of_order("order_id"), "amount release_at released_at"),
    Watch("posting", LedgerPosting, _books, "kind"),
    Watch(
        "payout",
        Payout,
        _payouts,
        "status amount fee stripe_payout_id arrives_on paid_at failed_at failure_code refusal",
    ),
    Watch(
        "account",
        VendorPaymentConfig,
        _of_vendor,
        "stripe_account_status accepts_payments charges_enabled payouts_enabled details_submitted transfers_active"
        " disabled_reason requirements payout_schedule payouts_held_at deauthorized_at",
    ),
)


async def take(of: Belonging, *, seen: Picture | None = None, since: datetime | None = None) -> Picture:
    """The rows of an event's order or vendor now; those of the picture `seen` are in it too; only made after `since`, if given."""
    found: dict[str, dict[str, Scalar]] = {}
    for watch in WATCHES:
        rows = watch.rows(of)
        if rows is None:
            continue
        known = [int(thing.partition(":")[2]) for thing in seen or () if thing.startswith(f"{watch.word}:")]
        query = watch.model.filter(rows | Q(id__in=known) if known else rows)
        if since is not None:
            query = query.filter(created_at__gte=since)
        for row in await query.order_by("id").values("id", *watch.fields.split()):
            found[f"{watch.word}:{row.pop('id')}"] = {name: plain(value) for name, value in row.items()}
    return found


def plain(value: Any) -> Scalar:
    """A column's value as it can be kept and compared."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_listed(part)}" for key, part in value.items() if part)
    return value if isinstance(value, bool | int) or value is None else str(value)


def _listed(part: Any) -> str:
    return ", ".join(map(str, part)) if isinstance(part, list) else str(part)
