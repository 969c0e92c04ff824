"""Hot statements of disputes, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from shared.finance.disputes.models import Dispute
from shared.finance.disputes.queries import DisputeView, view_of
from shared.finance.disputes.rules import ANSWERABLE
from shared.finance.payments.models import Payment
from shared.infra.database.base import words
from shared.infra.database.counting import MOST
from shared.infra.database.several import Found, Part, Rows
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor

_ANSWERABLE = words(ANSWERABLE)
_MINE = (
    "disputes d WHERE d.vendor_id = ? AND d.submitted_at IS NULL"
    " AND d.part_closed_at IS NULL"
    f" AND d.accepted_at IS NULL AND d.status IN ({_ANSWERABLE})"
)
# What counts the disputes that a vendor has to answer, as far as a page tells; one value.
TO_ANSWER = f"(SELECT COUNT(*) FROM (SELECT 1 FROM {_MINE} LIMIT {MOST + 1}) counted)"


def _next(column: str) -> str:
    return f"(SELECT d.{column} FROM {_MINE} ORDER BY d.due_by, d.id LIMIT 1)"


_NEXT = Rows(Dispute, f"t.id = {_next('id')}")
_ORDER = Rows(Order, f"t.id = {_next('order_id')}")
_PAYMENT = Rows(Payment, f"t.id = {_next('payment_id')}")


def next_of(vendor_id: int) -> tuple[Part, ...]:
    """What `next_in` has to be read with."""
    return _NEXT(vendor_id), _ORDER(vendor_id), _PAYMENT(vendor_id)


def next_in(found: Found, vendor: Vendor) -> DisputeView | None:
    """The dispute that a vendor has to answer soonest; how its part was paid is not looked up."""
    row = found.one(_NEXT)
    order, payment = found.one(_ORDER), found.one(_PAYMENT)
    if row is None or order is None or payment is None:
        return None
    row.vendor, row.order, row.payment = vendor, order, payment
    return view_of(row, None)
