"""Which pages `bench growth` asks for, by whom, and in which of its marketplaces."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.entrypoints.cli import addresses

# Who asks: the owner of the shop that has sold most, that of a shop that is the same in all, staff.
SELLER, OTHER, OPERATOR = "seller", "other", "operator"
_BULK = addresses.SHOP.replace("<slug>", "bulk-000000")
_TYPED = f"{addresses.SUGGESTIONS}?q=thin"


@frozen
class MeasuredPage:
    """A page, or with `is_one` the first that it links to below itself.

    `target`: the part that htmx asks for. `many`: its rows are vendors or what each of them has, so
    the small marketplace needs more of them than it has for as many rows as the large one shows.
    """

    path: str
    by: str = SELLER
    is_one: bool = False
    target: str = ""
    many: bool = False

    @property
    def name(self) -> str:
        """How the table calls it."""
        return f"{self.path}/..." if self.is_one else self.path


def one(
    path: str,
    by: str = SELLER,
) -> MeasuredPage:
    """The page of one of the things that are listed there."""
    return MeasuredPage(path, by, is_one=True)


def staff(*paths: str) -> list[MeasuredPage]:
    """Pages of the marketplace's staff."""
    return [MeasuredPage(path, OPERATOR) for path in paths]


# What shoppers see is asked with a vendor's cookie, so that it is made and not given from memory.
SHOPPERS = [
    MeasuredPage(addresses.HOME, many=True),
    MeasuredPage(addresses.SHOPS, many=True),
    MeasuredPage(addresses.SEARCH, many=True),
    MeasuredPage(f"{addresses.SEARCH}?q=thing", many=True),
    MeasuredPage(_TYPED, many=True, target="suggestions"),
    MeasuredPage(_BULK),
    one(_BULK),
]
VENDORS = [
    MeasuredPage(addresses.VENDOR_HOME),
    MeasuredPage(addresses.VENDOR_ORDERS),
    one(addresses.VENDOR_ORDERS),
    MeasuredPage(addresses.VENDOR_PRODUCTS),
    one(addresses.VENDOR_PRODUCTS),
    MeasuredPage(addresses.VENDOR_SALES),
    MeasuredPage(addresses.VENDOR_PAYOUTS),
    one(addresses.VENDOR_PAYOUTS, OTHER),
    MeasuredPage(addresses.VENDOR_STATEMENTS),
    one(addresses.VENDOR_STATEMENTS),
    MeasuredPage(addresses.VENDOR_CODES),
    MeasuredPage(addresses.VENDOR_VAT),
    one(addresses.VENDOR_VAT),
    MeasuredPage(addresses.VENDOR_AUDIT),
]
# Lists of vendors, or of something that each of them has.
_OF_VENDORS = (
    addresses.OPERATOR_VENDORS,
    addresses.OPERATOR_PAYOUTS,
    addresses.OPERATOR_STATEMENTS,
    addresses.OPERATOR_EXPOSURE,
    addresses.OPERATOR_LEDGER,
)
STAFF = [
    *(MeasuredPage(path, OPERATOR, many=True) for path in _OF_VENDORS),
    one(addresses.OPERATOR_VENDORS, OPERATOR),
    *staff(
        addresses.OPERATOR_HOME,
        addresses.OPERATOR_REFUNDS,
        addresses.OPERATOR_DISPUTES,
        addresses.OPERATOR_RUNS,
        addresses.OPERATOR_DEBTS,
        addresses.OPERATOR_INBOX,
        f"{addresses.OPERATOR_INBOX}?status=parked",
        addresses.OPERATOR_PAYMENTS,
        addresses.OPERATOR_FEES,
        addresses.OPERATOR_AUDIT,
        addresses.OPERATOR_MAILS,
        addresses.OPERATOR_VAT,
        addresses.OPERATOR_CUSTOMERS,
        addresses.OPERATOR_CODES,
        addresses.OPERATOR_SENT,
        addresses.OPERATOR_WITHDRAWALS,
    ),
]
PAGES = [*SHOPPERS, *VENDORS, *STAFF]
