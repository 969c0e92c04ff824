"""An order's invoice and credit notes as a file, for whoever may see the order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quart import Response

from shared.core.importing import Late
from shared.finance.invoices.queries import documents_of
from shared.finance.invoices.service import issue

if TYPE_CHECKING:
    from shared.finance.invoices import document
else:  # the library of PDF is heavy, and few processes need it
    document = Late("shared.finance.invoices.document")


async def invoice_file(order_id: int, number: str) -> Response:
    """What was issued, and what lacks. Raises NoInvoice for an order that is not paid."""
    await issue(order_id)
    documents = await documents_of(order_id)
    body = await asyncio.to_thread(document.as_pdf, documents)
    response = Response(body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{number}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
