"""A picture of what we hold about an order's or a vendor's money: taken before and after an event, to say what it changed.

One query, whatever there is: every table gives its rows as JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.connection import get_connection

from shared.finance.disputes.models import Dispute
from shared.finance.inbox.belonging import Belonging
from shared.finance.inbox.changes import Picture, Scalar
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payment_methods.models import PaymentMethod, PaymentMethodSetup, StripeCustomer
from shared.finance.payments.models import Payment
from shared.finance.payouts.models import Payout, ReserveHold
from shared.finance.payouts.rules import UNDER_WAY
from shared.finance.recovery.models import Claim, Movement
from shared.finance.refunds.models import Refund
from shared.infra.database.base import Row, words
from shared.infra.database.dialect import dialect
from shared.infra.mail.models import Email
from shared.trade.orders.models import Order
from shared.trade.vendors.models import VendorPaymentConfig


@dataclass(frozen=True)
class Watch:
    """A table to look at, the condition for its rows to be an order's (or a vendor's), and the columns that tell.

    `rows` names {order}, or {vendor} for what is no order's business, or {shopper} for what is neither's, or {object} alone
    for what is the platform's own.
    """

    word: str
    model: type[Row]
    rows: str
    columns: str

    def is_about(self, of: Belonging) -> bool:
        """Whether it is looked at for such an event."""
        if "{order}" in self.rows:
            return of.order_id is not None
        if "{vendor}" in self.rows:
            return of.order_id is None and of.vendor_id is not None
        if "{shopper}" in self.rows:
            return of.order_id is None and of.vendor_id is None and of.shopper_id is not None
        return of.order_id is None and of.vendor_id is None and of.object_id is not None


PAYOUT = "status amount fee stripe_payout_id arrives_on paid_at failed_at failure_code refusal"
# A new domain is one line here.
WATCHES = (
    Watch(
        "order", Order, "id = {order}", "status payment_status refunded_amount disputed_amount lost_amount stock_state"
    ),
    Watch(
        "payment",
        Payment,
        "order_id = {order}",
        "status stripe_payment_intent_id stripe_charge_id stripe_transfer_id stripe_application_fee_id"
        " stripe_balance_transaction_id amount_stripe_fee payment_method failure_code parked_reason"
        " statement_descriptor",
    ),
    Watch(
        "refund",
        Refund,
        "order_id = {order}",
        "status amount vendor_part commission_part stripe_refund_id stripe_reversal_id pending_reason failure_reason",
    ),
    Watch(
        "dispute",
        Dispute,
        "order_id = {order}",
        "stripe_dispute_id status reason amount fee vendor_part commission_part loss_part vendor_back commission_back"
        " loss_back is_charge_refundable due_by withdrawn_at reinstated_at closed_at submitted_at delivered_at",
    ),
    Watch("claim", Claim, "order_id = {order}", "amount taken netted receivable written_off"),
    Watch(
        "movement",
        Movement,
        "claim_id IN (SELECT id FROM claims WHERE order_id = {order})",
        "kind status amount stripe_id",
    ),
    Watch("reserve", ReserveHold, "order_id = {order}", "amount let_go release_at released_at"),
    Watch("mail", Email, "order_id = {order}", "kind"),
    Watch("posting", LedgerPosting, "subject = 'order:{order}'", "kind"),
    Watch(
        "payout",
        Payout,
        f"vendor_id = {{vendor}} AND (status IN ({words(sorted(UNDER_WAY))}) OR stripe_payout_id = {{object}})",
        PAYOUT,
    ),
    Watch("payout", Payout, "vendor_id IS NULL AND stripe_payout_id = {object}", PAYOUT),
    Watch(
        "payment_method",
        PaymentMethod,
        "customer_id = {shopper}",
        "stripe_payment_method_id card_exp_month card_exp_year is_default is_active removed_because",
    ),
    Watch(
        "payment_method_setup",
        PaymentMethodSetup,
        "customer_id = {shopper}",
        "status stripe_payment_method_id",
    ),
    Watch("stripe_customer", StripeCustomer, "customer_id = {shopper}", "stripe_customer_id gone_at"),
    Watch(
        "account",
        VendorPaymentConfig,
        "vendor_id = {vendor}",
        "stripe_account_status accepts_payments charges_enabled payouts_enabled details_submitted transfers_active"
        " disabled_reason requirements external_account_errored payout_schedule payouts_held_at bank_hold_until"
        " deauthorized_at",
    ),
)


async def take(of: Belonging, *, seen: Picture | None = None, since: datetime | None = None) -> Picture:
    """The rows of an event's order or vendor now; those of the picture `seen` are in it too; only made after `since`, if given."""
    asked = [watch for watch in WATCHES if watch.is_about(of)]
    if not asked:
        return {}
    postgres = dialect() == "postgres"
    sql = " UNION ALL ".join(_select(watch, of, seen or {}, postgres=postgres) for watch in asked)
    given = [of.object_id or ""] if any("{object}" in watch.rows for watch in asked) else []
    found: dict[str, dict[str, Scalar]] = {}
    models = {watch.word: watch.model for watch in asked}
    for row in await get_connection("default").execute_query_dict(sql, given):
        columns = models[row["word"]]._meta.fields_map
        values = json.loads(row["held"]) if isinstance(row["held"], str) else row["held"]
        made = _moment(values.pop("created_at"))
        if since is None or made >= since:
            found[f"{row['word']}:{row['id']}"] = {name: plain(_read(columns[name], v)) for name, v in values.items()}
    return found


def _select(watch: Watch, of: Belonging, seen: Picture, *, postgres: bool) -> str:
    """One table's part of the query. Everything in it is a word of ours or a whole number; Stripe's id is a parameter."""
    rows = watch.rows.format(
        order=of.order_id, vendor=of.vendor_id, shopper=of.shopper_id, object="$1" if postgres else "?"
    )
    if known := [thing.partition(":")[2] for thing in seen if thing.startswith(f"{watch.word}:")]:
        rows = f"({rows}) OR id IN ({', '.join(known)})"
    pairs = ", ".join(f"'{name}', {name}" for name in ("created_at", *watch.columns.split()))
    build = "json_build_object" if postgres else "json_object"
    table = watch.model._meta.db_table
    return f"SELECT '{watch.word}' AS word, id, {build}({pairs}) AS held FROM {table} WHERE {rows}"  # noqa: S608


def _read(column: Any, value: Any) -> Any:
    """A column's value out of JSON: SQLite knows neither truth nor time."""
    if value is None:
        return None
    if isinstance(column, fields.BooleanField):
        return bool(value)
    if isinstance(column, fields.DatetimeField):
        return _moment(value)
    if isinstance(column, fields.JSONField) and isinstance(value, str):
        return json.loads(value)
    return value


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


def plain(value: Any) -> Scalar:
    """A column's value as it can be kept and compared; of lists and objects what is not empty, in a fixed order."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return _told(value)


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_told(value[key])}" for key in sorted(value) if value[key])
    if isinstance(value, list):
        return ", ".join(map(_told, value))
    return str(value)
