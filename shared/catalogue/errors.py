"""What goes wrong with products, as facts that a shopper or a vendor may read."""

from __future__ import annotations

from shared.errors import Conflict


class SoldOut(Conflict):
    """There are not enough left. `product_name` and `left` say of what and how many there are."""

    code = "sold_out"

    def __init__(self, product_name: str, left: int) -> None:
        self.product_name = product_name
        self.left = left
        super().__init__(how_many_left(product_name, left))


class StockBooksDiffer(RuntimeError):
    """A programming error: an order gave back or took more than it had reserved. The transaction rolls back."""


def how_many_left(product_name: str, left: int) -> str:
    """The sentence for a product of which too few are left."""
    if left <= 0:
        return f"{product_name} is sold out."
    return f"Only {left} left of {product_name}."


class StockBelowReserved(Conflict):
    """Open orders hold more than the vendor says lies on the shelf."""

    code = "stock_below_reserved"

    def __init__(self, reserved: int) -> None:
        self.reserved = reserved
        held = "1 is" if reserved == 1 else f"{reserved} are"
        super().__init__(f"{held} held by open orders, so stock cannot be lower than {reserved}.", param="stock")


class AddressTaken(Conflict):
    """Another product of this vendor has that address already."""

    code = "address_taken"
    default = "Another of your products has this address already."


class CurrencyFixed(Conflict):
    """Prices exist in the vendor's currency, so it stays."""

    code = "currency_fixed"
    default = "Your currency is fixed, because your products already have prices in it."
