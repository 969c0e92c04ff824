"""What a discount code is, how it is typed, and when it can be used. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from shared.core.frozen import frozen
from shared.core.typed import bare_code
from shared.trade.discounts.errors import (
    CodeNotYet,
    CodeOver,
    CodeUsedByYou,
    CodeUsedUp,
)
from shared.trade.people.rules import normal_email

LONGEST_CODE = 40
MOST_DISCOUNTS = 1000  # of one owner
SHORTEST_CODE = 3
_SIGNS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


class DiscountKind(StrEnum):
    """What a code takes off."""

    PERCENT = "percent"
    AMOUNT = "amount"
    SHIPPING = "shipping"  # all that sending costs


class DiscountState(StrEnum):
    """How a code stands for its owner."""

    ON = "on"
    NOT_YET = "not_yet"
    USED_UP = "used_up"
    OVER = "over"
    OFF = "off"


class RedemptionState(StrEnum):
    """What became of a code's use: set aside for an unpaid purchase, paid, or given back."""

    RESERVED = "reserved"
    USED = "used"
    RELEASED = "released"


# Money that came late pays at the price that was promised, whatever was given back meanwhile.
REDEMPTION_MOVES: dict[RedemptionState, frozenset[RedemptionState]] = {
    RedemptionState.RESERVED: frozenset(
        {RedemptionState.USED, RedemptionState.RELEASED}
    ),
    RedemptionState.RELEASED: frozenset({RedemptionState.USED}),
    RedemptionState.USED: frozenset(),
}
# What counts against the limits.
COUNTED = (RedemptionState.RESERVED, RedemptionState.USED)


@frozen(kw_only=True)
class Discount:
    """A code as it stands. Amounts are minor units of `currency`, which is empty where there are
    none.

    `vendor_id` is None for the marketplace's, which may be for some vendors and categories (by
    their names, with all below them) alone; none means all. `uses`: how many count now.
    """

    code: str
    kind: DiscountKind
    id: int = 0
    vendor_id: int | None = None
    percentage: Decimal | None = None
    amount: int = 0
    currency: str = ""
    least: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    most_uses: int | None = None
    most_per_shopper: int | None = None
    vendor_ids: frozenset[int] = frozenset()
    categories: frozenset[str] = frozenset()
    is_active: bool = True
    uses: int = 0

    @property
    def is_marketplace(self) -> bool:
        """Whether the marketplace bears what it takes off."""
        return self.vendor_id is None


def state_of(discount: Discount, now: datetime) -> DiscountState:
    """How a code stands, whoever types it."""
    if not discount.is_active:
        return DiscountState.OFF
    if discount.ends_at is not None and now >= discount.ends_at:
        return DiscountState.OVER
    if discount.starts_at is not None and now < discount.starts_at:
        return DiscountState.NOT_YET
    if discount.most_uses is not None and discount.uses >= discount.most_uses:
        return DiscountState.USED_UP
    return DiscountState.ON


@frozen
class BoughtLine:
    """A line that is bought: a product or a variant, and what all its pieces cost together."""

    product_id: int
    category: str
    amount: int


@frozen
class VendorGoods:
    """What is bought of one vendor, and what sending it costs; None while nothing was chosen."""

    vendor_id: int
    currency: str
    lines: tuple[BoughtLine, ...]
    shipping: int | None = None


@frozen
class Reduction:
    """What a code takes off what is bought of one vendor, in minor units of its currency.

    `lines` are the parts of `goods`, by product. `frees_shipping` where sending costs nothing, also
    while nobody has chosen how.
    """

    discount_id: int
    code: str
    vendor_id: int
    currency: str
    is_marketplace: bool
    goods: int = 0
    shipping: int = 0
    lines: Mapping[int, int] | None = None
    frees_shipping: bool = False

    @property
    def total(self) -> int:
        """All that it takes off."""
        return self.goods + self.shipping

    @property
    def by_marketplace(self) -> int:
        """What of it the marketplace bears; the vendor bears the rest."""
        return self.total if self.is_marketplace else 0

    @property
    def vendor_forgoes_shipping(self) -> int:
        """What of the price of sending its vendor does without."""
        return 0 if self.is_marketplace else self.shipping

    def off_line(self, product_id: int) -> int:
        """What it takes off the line of this product."""
        return (self.lines or {}).get(product_id, 0)

    def vendor_bears(self, product_id: int) -> int:
        """What of a line its vendor does without, so that no commission is charged of it."""
        return 0 if self.is_marketplace else self.off_line(product_id)


def typed_code(text: str) -> str:
    """A code as it is stored and compared, of what somebody typed: capitals, without spaces; empty
    for what can be no code.
    """
    code = bare_code(text, " ")
    is_code = SHORTEST_CODE <= len(code) <= LONGEST_CODE and set(code) <= _SIGNS
    return code if is_code else ""


def shopper_key(email: str) -> str:
    """An address as uses of a code are counted: what is behind a plus reaches the same person."""
    local, _, domain = normal_email(email).rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def must_be_usable(
    discount: Discount,
    now: datetime,
    used_by_shopper: int,
) -> None:
    """Raise why a code cannot be used now, whatever is bought."""
    state = state_of(discount, now)
    if state in (DiscountState.OFF, DiscountState.OVER):
        raise CodeOver(discount.code)
    if state is DiscountState.NOT_YET:
        raise CodeNotYet(discount.code, discount.starts_at or now)
    if state is DiscountState.USED_UP:
        raise CodeUsedUp(discount.code)
    most = discount.most_per_shopper
    if most is not None and used_by_shopper >= most:
        raise CodeUsedByYou(discount.code, used_by_shopper)
