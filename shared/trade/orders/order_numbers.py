"""From the ids of orders to the numbers that people know them by, and back."""

from __future__ import annotations

from collections.abc import Iterable

from shared.core.ids import typed_number
from shared.infra.database.chunks import chunks
from shared.infra.database.columns import numbers_in
from shared.trade.orders.models import Order

LONGEST = 20


def may_be_number(text: str) -> bool:
    """Whether an order may have this number; anything else is not worth a query."""
    return len(text) <= LONGEST and text.isascii() and text.isprintable()


async def numbers_of(ids: Iterable[int]) -> dict[int, str]:
    """The numbers of orders, by id. One query for each 500."""
    numbers: dict[int, str] = {}
    for some in chunks(ids):
        rows = Order.filter(id__in=some)
        numbers |= dict(await rows.values_list("id", "number"))
    return numbers


async def ids_by_number(
    search: str,
    *,
    vendor_id: int | None = None,
) -> tuple[str, ...]:
    """The label in the audit trail (`order:12`) of the order whose number was typed, in whatever
    way; empty for none.
    """
    mine = {} if vendor_id is None else {"vendor_id": vendor_id}
    orders = Order.filter(number=typed_number(search), **mine)
    return tuple(f"order:{id_}" for id_ in await numbers_in(orders, "id"))
