"""Documents as they were issued."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.core.frozen import frozen
from shared.finance.invoices.models import SalesDocument
from shared.finance.invoices.rules import DocumentKind


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
    rows = await SalesDocument.filter(order_id=order_id).order_by("id")
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
