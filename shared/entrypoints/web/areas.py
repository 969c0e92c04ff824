"""Which part of the site an address belongs to.

Asked of the address itself, since pages that are not there belong to one too.
"""

from __future__ import annotations

VENDORS, OPERATORS, API = "/vendor/", "/operator", "/api/"
BUYING, SHOPS = "/shop/", "/shops/"
# Of one person, or without end; what is linked there is linked elsewhere too.
CLOSED_TO_MACHINES = (VENDORS, OPERATORS, API, BUYING, "/account/", "/search")
OPEN_TO_MACHINES = ("/shop/brand/",)  # stylesheets of pages that may be read
ASKED_BY_MACHINES = (API, "/healthz", "/readyz", "/metrics")


def is_portal(path: str) -> bool:
    """Whether people work there: vendors, or the marketplace's staff."""
    return path.startswith((VENDORS, OPERATORS))


def is_operators(path: str) -> bool:
    """Whether the marketplace's staff works there."""
    return path.startswith(OPERATORS)


def is_english(path: str) -> bool:
    """Whether nothing there follows the visitor's language."""
    return path.startswith((VENDORS, OPERATORS, API))


def is_buying(path: str) -> bool:
    """Whether somebody may just have paid there."""
    return path.startswith(BUYING)


def is_shopping(path: str) -> bool:
    """Whether it is a page of shops, baskets or a shopper's own."""
    return path.startswith((BUYING, SHOPS))


def is_machines(path: str) -> bool:
    """Whether what asks there reads JSON."""
    return path.startswith(ASKED_BY_MACHINES)
