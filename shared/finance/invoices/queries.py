"""Documents as they were issued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.core.frozen import frozen
from shared.finance.invoices.models import SalesDocument
from shared.finance.invoices.rules import DocumentKind
from shared.infra.database.chunks import chunks


@frozen
class SalesDocumentView:
    """One invoice or credit note. `of`: the number of the invoice that it corrects."""

    kind: DocumentKind
    number: str
    of: str
    language: str
    content: Mapping[str, Any]
    issued_at: datetime


async def documents_of(order_id: int) -> tuple[SalesDocumentView, ...]:
    """Those of an order, in the order in which they were issued."""
    return _views(await SalesDocument.filter(order_id=order_id).order_by("id"))


async def documents_of_orders(
    order_ids: Iterable[int],
) -> dict[int, tuple[SalesDocumentView, ...]]:
    """Those of each of some orders that has any."""
    found: dict[int, list[SalesDocument]] = {}
    for some in chunks(order_ids):
        for row in await SalesDocument.filter(order_id__in=some).order_by("id"):
            found.setdefault(row.order_id, []).append(row)
    return {order_id: _views(rows) for order_id, rows in found.items()}


def _views(rows: Sequence[SalesDocument]) -> tuple[SalesDocumentView, ...]:
    first = next((row.number for row in rows if row.refund_id is None), "")
    return tuple(
        SalesDocumentView(
            kind=DocumentKind(row.kind),
            number=row.number,
            of="" if row.refund_id is None else first,
            language=row.language,
            content=row.content,
            issued_at=row.created_at,
        )
        for row in rows
    )
