"""Hot statements of one order's money, by hand (shared/infra/database/several.py)."""

from __future__ import annotations

from functools import cache

from shared.finance.disputes.models import Dispute
from shared.finance.payments.models import Payment
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.recovery.models import Claim
from shared.finance.refunds.models import Refund, RefundLine
from shared.infra.activity.models import Activity
from shared.infra.database.several import Part, Records, Rows
from shared.trade.marketplace.models import MarketplaceSettings
from shared.trade.marketplace.queries import SETTINGS_ID
from shared.trade.messages.models import OrderMessage
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.purchase_mails import receipt_key
from shared.trade.returns.models import ReturnLine, ReturnRequest
from shared.trade.vendors.models import Vendor

MOST_HAPPENED, MOST_MAILS = 1000, 200

ORDER = Rows(Order, "t.id = ?")
PAYMENTS = Rows(Payment, "t.order_id = ?", order="t.attempt")
REFUNDS = Rows(Refund, "t.order_id = ?", order="t.id DESC")
DISPUTES = Rows(Dispute, "t.order_id = ?", order="t.id DESC")
ITEMS = Rows(PayoutItem, "t.order_id = ?")
PAYOUTS = Rows(
    Payout, "t.id IN (SELECT i.payout_id FROM payout_items i WHERE i.order_id = ?)"
)
BOOKED = Records(
    "SELECT e.posting_id, p.kind, p.key, e.account, e.amount, e.stripe_id, p.created_at"
    " FROM ledger_postings p JOIN ledger_entries e ON e.posting_id = p.id"
    " WHERE p.subject = ? ORDER BY e.id",
    ("posting_id", "kind", "key", "account", "amount", "stripe_id", "created_at"),
)

CHECKOUT = Rows(Checkout, "t.id = (SELECT o.checkout_id FROM orders o WHERE o.id = ?)")
VENDOR = Rows(Vendor, "t.id = (SELECT o.vendor_id FROM orders o WHERE o.id = ?)")
LINES = Rows(OrderLine, "t.order_id = ?")
REFUND_LINES = Rows(
    RefundLine, "t.refund_id IN (SELECT r.id FROM refunds r WHERE r.order_id = ?)"
)
RETURNS = Rows(ReturnRequest, "t.order_id = ?", order="t.id DESC")
RETURN_LINES = Rows(
    ReturnLine,
    "t.request_id IN (SELECT r.id FROM return_requests r WHERE r.order_id = ?)",
)
MESSAGES = Rows(OrderMessage, "t.order_id = ?", order="t.id", limit=MOST_MAILS)
# By their subjects, for which there is an index.
CLAIMS = Rows(
    Claim,
    "t.subject IN (SELECT 'refund:' || r.id FROM refunds r WHERE r.order_id = ?"
    " UNION SELECT 'dispute:' || d.id FROM disputes d WHERE d.order_id = ?)",
)
# Of an order, with the receipt of the purchase that it is a part of.
MAILS = Records(
    'SELECT m.kind, m."to", m.subject, m.status, m.sent_at, m.created_at'
    " FROM emails m WHERE m.id IN (SELECT e.id FROM emails e WHERE e.order_id = ?"
    " UNION SELECT e.id FROM emails e WHERE e.unique_key = (SELECT"
    f" '{receipt_key('')}' || o.checkout_id FROM orders o WHERE o.id = ?))"
    f' AND m."to" = ? ORDER BY m.id DESC LIMIT {MOST_MAILS}',
    ("kind", "to", "subject", "status", "sent_at", "created_at"),
)
WARNED = Records(
    "SELECT id FROM stripe_references WHERE subject = ? AND order_id = ?", ("id",)
)
SETTINGS = Rows(MarketplaceSettings, f"t.id = {SETTINGS_ID}")


def money_of(order_id: int) -> tuple[Part, ...]:
    """What an order's waterfall is made of."""
    rows = (ORDER, PAYMENTS, REFUNDS, DISPUTES, ITEMS, PAYOUTS)
    return BOOKED(f"order:{order_id}"), *(each(order_id) for each in rows)


def all_of(order_id: int, email: str) -> tuple[Part, ...]:
    """That, and what else its vendor's page tells; of mails those to the shopper."""
    rows = (CHECKOUT, VENDOR, LINES, REFUND_LINES, RETURNS, RETURN_LINES, MESSAGES)
    return (
        *money_of(order_id),
        *(each(order_id) for each in rows),
        CLAIMS(order_id, order_id),
        MAILS(order_id, order_id, email),
        WARNED(f"fraud_warning:{order_id}", order_id),
        SETTINGS(),
    )


@cache
def happened(kinds: frozenset[str]) -> Rows[Activity]:
    """What happened of these kinds to an order and to the payouts that it was in; its values: the
    order's id twice, and the kinds. An OR over two tables would read all.
    """
    marks = ", ".join("?" * len(kinds))
    return Rows(
        Activity,
        "t.id IN (SELECT a.id FROM activity a WHERE a.order_id = ? UNION"
        " SELECT a.id FROM payout_items i JOIN activity a"
        " ON a.subject = 'payout:' || i.payout_id WHERE i.order_id = ?)"
        f" AND t.kind IN ({marks})",
        order="t.id DESC",
        limit=MOST_HAPPENED,
    )
