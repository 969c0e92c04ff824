"""An operator's page in its frame: the navigation with what waits for a decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quart import Response

from shared.entrypoints.web import pages
from shared.entrypoints.web.kit import is_htmx
from shared.finance.payments.queries import count_parked
from shared.finance.reconciliation.queries import count_open
from shared.finance.refunds.queries import count_waiting


async def page(
    template: str,
    *,
    fragments: Mapping[str, str] | None = None,
    status: int = 200,
    **context: Any,
) -> Response:
    """`page()` for the operator. Fragments have no navigation to count for."""
    is_part = bool(fragments) and is_htmx()
    return await pages.page(
        template,
        fragments=fragments,
        status=status,
        refunds_to_decide=0 if is_part else await count_waiting(),
        payments_parked=0 if is_part else await count_parked(),
        differences_open=0 if is_part else await count_open(),
        **context,
    )
