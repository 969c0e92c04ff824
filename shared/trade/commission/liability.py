"""Who gets what of an order of which a code took something off, and who gives what back. Pure.

What the shopper paid and what the marketplace pays of the price are together what the order is
worth to its vendor. The commission is of that; what the marketplace pays comes out of it first, and
what it does not cover is a contribution out of the marketplace's own money (decision 29).
"""

from __future__ import annotations

from fractions import Fraction

from shared.core.frozen import frozen
from shared.trade.commission.rules import RefundPolicy, commission_back


@frozen
class SoldAmounts:
    """An order as it was sold, in minor units: what was paid, the commission, what the marketplace
    bears of its discounts, and what of `total` was paid for sending.
    """

    total: int
    commission: int
    discount: int = 0
    sending: int = 0

    @property
    def worth(self) -> int:
        """What the vendor sold it for."""
        return self.total + self.discount

    @property
    def goods_are_free(self) -> bool:
        """Whether the marketplace paid for all the goods, and the shopper for sending alone."""
        return self.discount > 0 and 0 < self.total == self.sending

    @property
    def application_fee(self) -> int:
        """What Stripe keeps for the marketplace of the payment."""
        return max(self.commission - self.discount, 0)

    @property
    def contribution(self) -> int:
        """What the marketplace sends the vendor besides, out of its own balance."""
        return max(self.discount - self.commission, 0)

    @property
    def vendor_share(self) -> int:
        """What the vendor gets in all."""
        return self.worth - self.commission


@frozen
class GoneBack:
    """What went back: of what was paid, of the commission, and of what the marketplace had paid;
    minor units.
    """

    paid: int = 0
    commission: int = 0
    discount: int = 0

    @property
    def worth(self) -> int:
        """What of the order's worth that was."""
        return self.paid + self.discount

    @property
    def vendor(self) -> int:
        """What of it is the vendor's to bear."""
        return self.worth - self.commission


def give_back(
    sold: SoldAmounts,
    policy: RefundPolicy,
    before: GoneBack,
    amount: int,
    *,
    unit: int = 1,
) -> GoneBack:
    """Share out `amount` of what was paid going back, after `before`.

    The marketplace gets back of its discount what goes back of the payment, in proportion, half up
    in `unit`; both are counted from the beginning, so that the last part clears the remainder. Of
    an order that cost nothing all of it comes back; of one whose goods were free, all of it with
    the last of the payment and nothing before. The commission gives back what the policy says.
    """
    if not sold.worth:
        return GoneBack()  # a vendor's code took all of it off
    so_far = _discount_so_far(sold, before.paid + amount, unit)
    discount = max(so_far - before.discount, 0)
    back = commission_back(
        policy,
        sold.worth,
        sold.commission,
        before.worth,
        before.commission,
        amount + discount,
        unit=unit,
    )
    return GoneBack(amount, back, discount)


def _discount_so_far(
    sold: SoldAmounts,
    paid: int,
    unit: int,
) -> int:
    """What of the marketplace's discount is back when so much of the payment is."""
    if paid >= sold.total:
        return sold.discount
    if sold.goods_are_free:
        return 0
    exact = Fraction(sold.discount * paid, sold.total)
    half = Fraction(1, 2)
    return int(exact / unit + half) * unit
