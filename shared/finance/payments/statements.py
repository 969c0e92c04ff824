"""The hot statement of payments, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from functools import cache

from shared.core.errors import NotFound
from shared.finance.payments.models import Payment
from shared.infra.database.raw_sql import columns, fetch, for_update, row_of
from shared.infra.unit import Transaction
from shared.trade.orders.models import Checkout, Order


@cache
def _sql() -> str:
    every = ", ".join(
        (columns(Checkout, "c"), columns(Order, "o"), columns(Payment, "p"))
    )
    return (
        f"SELECT {every} FROM payments p JOIN orders o ON o.id = p.order_id"
        " JOIN checkouts c ON c.id = o.checkout_id WHERE p.id = ?"
    )


async def lock_payment(
    tx: Transaction, payment_id: int
) -> tuple[Checkout, Order, Payment]:
    """Lock a payment's checkout, its order and itself, in the one order of docs/architecture.md.

    A success completes the checkout: locked only then, it would meet somebody who closes the
    checkout coming the other way. Raises NotFound.
    """
    found = await fetch(_sql() + for_update("c", "o", "p"), payment_id)
    if not found:
        raise NotFound
    (record,) = found
    checkout = row_of(Checkout, "c", record)
    order = row_of(Order, "o", record)
    payment = row_of(Payment, "p", record)
    tx.took(checkout, order, payment)
    return checkout, order, payment
