"""The operator's page of commission, with a rule for bags."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.portal import Portal

FEES = "/operator/fees"


BY = "member:1"


BAGS = {
    "vendor": "",
    "category": "Bags",
    "product": "",
    "percentage": "10",
    "currency": "EUR",
    "fixed_amount": "0,30",
    "minimum_amount": "",
    "maximum_amount": "20",
}


def said(text: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


async def told(portal: Portal, address: str) -> str:
    """What the page at `address` says."""
    return said(await portal.get(address))
