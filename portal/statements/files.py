"""A statement as a download, for the vendor and for the operator alike."""

from __future__ import annotations

import asyncio

from quart import Response, request

from shared.finance.statements.exports import as_csv, file_name
from shared.finance.statements.queries import StatementView

TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


async def download(view: StatementView, ending: str) -> Response:
    """The statement as a file; made beside the event loop, since a long one takes a while."""
    body = await asyncio.to_thread(as_csv if ending == "csv" else _as_pdf, view)
    name = file_name(view, ending)
    return Response(
        body,
        content_type=TYPES[ending],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _as_pdf(view: StatementView) -> bytes:
    # Late: ReportLab takes a fiftieth of the start.
    from shared.finance.statements.document import (
        as_pdf,
    )

    return as_pdf(view)


def wanted_currency() -> str | None:
    """The currency that the address asks for."""
    text = request.args.get("currency", "")
    return text[:3].upper() or None
