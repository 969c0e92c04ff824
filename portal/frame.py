"""A vendor's page in its frame: the navigation with what waits to be sent, and to be answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quart import Response

from shared.entrypoints.web.identity import vendor_id
from shared.entrypoints.web.kit import is_htmx
from shared.entrypoints.web.pages import page
from shared.finance.overview.statements import vendor_frame


async def vendor_page(
    template: str,
    *,
    nav: str,
    fragments: Mapping[str, str] | None = None,
    status: int = 200,
    **context: Any,
) -> Response:
    """`page()` for the signed-in vendor; `nav` names the area that is lit.

    Fragments have no navigation to count for.
    """
    is_part = bool(fragments) and is_htmx()
    frame = None if is_part else await vendor_frame(vendor_id())
    return await page(
        template,
        fragments=fragments,
        status=status,
        nav_active=nav,
        orders_to_ship=frame.to_ship if frame else 0,
        shoppers_waiting=frame.shoppers_waiting if frame else 0,
        disputes_to_answer=frame.to_answer if frame else 0,
        selling=frame.selling if frame else None,
        **context,
    )
