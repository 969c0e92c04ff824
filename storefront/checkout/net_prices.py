"""What stood on the checkout's page of prices without VAT."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.trade.orders.selling import SeenNet
from shared.trade.vat.numbers import MOST

NUMBER = "seen_number"
VENDORS = "seen_net"
_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def seen_net(given: Mapping[str, str]) -> SeenNet:
    """By which number, and of which vendors; whatever else was sent is left out."""
    named = given.get(VENDORS, "")[:2000].split(",")
    vendors = frozenset(int(each) for each in named if _ID.fullmatch(each))
    return SeenNet(given.get(NUMBER, "")[:MOST], vendors)
