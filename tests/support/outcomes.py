"""Every end that the money of an order can come to: how it gets there at the stand-in, and what
every place says of it then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.finance.disputes import service as disputes
from shared.finance.refunds import service as refunds
from shared.finance.refunds import sync
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundRequest
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order
from shared.trade.orders.remaining_money import MoneyState, Shipping
from tests.support.disputes import at_stripe
from tests.support.money import sell
from tests.support.refunds import WHOLE, amount, set_policy

if TYPE_CHECKING:
    from shared.finance.payments.models import Payment
    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox

TOTAL = 4990


@dataclass(frozen=True)
class Scene:
    """A shop at the stand-in, and what happens to one of its sales."""

    context: Context
    sandbox: RunningSandbox
    shop: Shop

    async def sale(self, card: str = "pm_card_visa") -> Payment:
        """A paid order of TOTAL."""
        return await sell(self.context.gateway, self.sandbox, self.shop, card=card)

    async def dispute(self, payment: Payment, **how: object) -> str:
        """The shopper's bank disputes what is left of a payment, or an `amount`; Stripe's id of
        it.
        """
        about = {"charge": payment.stripe_charge_id, "reason": "fraudulent", **how}
        found = str(self.sandbox.control("POST", "disputes", about)["id"])
        await self.hear(found)
        return found

    async def hear(self, dispute: str) -> None:
        """We read a dispute."""
        await disputes.follow(self.context.gateway, dispute)

    async def close(self, dispute: str, outcome: str, **more: object) -> None:
        """The bank decides, and we hear of it; of a loss, `returned` comes back."""
        self.sandbox.control(
            "POST", f"disputes/{dispute}/close", {"outcome": outcome, **more}
        )
        await self.hear(dispute)

    async def appeal(self, dispute: str) -> None:
        """The decision can be appealed, and is."""
        self.sandbox.control("POST", f"disputes/{dispute}/appeal")
        await self.hear(dispute)
        headers = {"Authorization": f"Bearer {self.context.settings.stripe.secret_key}"}
        path, evidence = (
            f"/v1/disputes/{dispute}",
            "evidence[appeal][card][reason_for_filing]=Signed+for",
        )
        self.sandbox.request("POST", path, evidence, headers)
        await self.hear(dispute)

    async def refund(self, payment: Payment, wish: RefundRequest = WHOLE) -> Refund:
        """The vendor gives back."""
        order = await Order.get(id=payment.order_id)
        made = await refunds.request(
            self.context.gateway,
            vendor_id=order.vendor_id,
            number=order.number,
            wish=wish,
            reason="requested_by_customer",
            note="",
            by=f"member:{self.shop.member_id}",
        )
        await refunds.try_now(self.context.gateway, made.id)
        return await Refund.get(id=made.id)

    async def bounce(self) -> None:
        """What becomes of the refunds of special cards, and we hear of it: they come back, or
        arrive late.
        """
        self.sandbox.advance(120)
        for made in await Refund.filter(vendor_id=self.shop.vendor_id).order_by("id"):
            await sync.follow(self.context.gateway, made.id)


Act = Callable[[Scene], Awaitable["Payment"]]


async def nothing(scene: Scene) -> Payment:
    return await scene.sale()


async def inquiry(scene: Scene) -> Payment:
    payment = await scene.sale()
    await scene.dispute(payment, inquiry=True)
    return payment


async def inquiry_closed(scene: Scene) -> Payment:
    payment = await scene.sale()
    await scene.close(await scene.dispute(payment, inquiry=True), "won")
    return payment


async def chargeback(scene: Scene) -> Payment:
    payment = await scene.sale()
    await scene.dispute(payment)
    return payment


async def under_review(scene: Scene) -> Payment:
    payment = await scene.sale()
    found = await scene.dispute(payment)
    headers = {"Authorization": f"Bearer {scene.context.settings.stripe.secret_key}"}
    scene.sandbox.request(
        "POST",
        f"/v1/disputes/{found}",
        "evidence[uncategorized_text]=Sent&submit=true",
        headers,
    )
    await scene.hear(found)
    return payment


def decided(outcome: str) -> Act:
    async def act(scene: Scene) -> Payment:
        payment = await scene.sale()
        await scene.close(await scene.dispute(payment), outcome)
        return payment

    return act


async def lost_after_part_refund(scene: Scene) -> Payment:
    payment = await scene.sale()
    await scene.refund(payment, amount(2000))
    await scene.close(await scene.dispute(payment), "lost")
    return payment


def lost_in_part(amount: int, **more: int) -> Act:
    async def act(scene: Scene) -> Payment:
        payment = await scene.sale("pm_card_pendingRefund")
        await scene.close(await scene.dispute(payment, amount=amount), "lost", **more)
        return payment

    return act


def disputed_of(amount: int, *, before: int = 0) -> Act:
    async def act(scene: Scene) -> Payment:
        payment = await (lost_in_part(before)(scene) if before else scene.sale())
        await scene.dispute(payment, amount=amount)
        return payment

    return act


async def lost_and_refunded(scene: Scene) -> Payment:
    payment = await lost_in_part(2000)(scene)
    await scene.refund(payment)
    return payment


async def appealed(scene: Scene) -> Payment:
    payment = await scene.sale()
    found = await scene.dispute(payment)
    await scene.close(found, "lost")
    await scene.appeal(found)
    return payment


def appeal_decided(outcome: str) -> Act:
    async def act(scene: Scene) -> Payment:
        payment = await appealed(scene)
        (found,) = await at_stripe(scene.context.gateway, payment)
        await scene.close(found, outcome)
        return payment

    return act


def prevented(how: str) -> Act:
    async def act(scene: Scene) -> Payment:
        payment = await scene.sale()
        await scene.dispute(payment, prevented=how)
        return payment

    return act


def refunded(
    wish: RefundRequest = WHOLE, *, card: str = "pm_card_visa", bounced: bool = False
) -> Act:
    async def act(scene: Scene) -> Payment:
        payment = await scene.sale(card)
        await scene.refund(payment, wish)
        if bounced:
            await scene.bounce()
        return payment

    return act


async def awaiting(scene: Scene) -> Payment:
    payment = await scene.sale()
    await set_policy(RefundPolicy.PROPORTIONAL, EUR=100)
    await scene.refund(payment)
    await set_policy(RefundPolicy.PROPORTIONAL)
    return payment


@dataclass(frozen=True)
class Outcome:
    """`money`: refunded, returned, disputed, lost.

    The words: of the goods, of the money, the shopper's, the refund page's.
    """

    name: str
    act: Act
    money: tuple[int, int, int, int]
    state: MoneyState
    ship: Shipping
    goods: str
    paid: str
    shopper: str
    refund: str


_S, _W = MoneyState, Shipping
SHIP, WAITS, NOT_SENT = "To ship", "On hold", "Not sent"
PREPARED, AT_BANK = "Paid, being prepared", "Being looked at by your bank"
ALL, TAKEN, HELD = (
    "€49.90",
    "took the money of this order for good",
    "The bank holds this payment",
)
BY_BANK, NOTHING = "Paid back by your bank", "Nothing left to give back"

OUTCOMES = (
    Outcome(
        "no dispute",
        nothing,
        (0, 0, 0, 0),
        _S.PAID,
        _W.READY,
        SHIP,
        "Paid",
        PREPARED,
        ALL,
    ),
    Outcome(
        "inquiry",
        inquiry,
        (0, 0, 0, 0),
        _S.PAID,
        _W.READY,
        SHIP,
        "Paid",
        PREPARED,
        ALL,
    ),
    Outcome(
        "inquiry closed",
        inquiry_closed,
        (0, 0, 0, 0),
        _S.PAID,
        _W.READY,
        SHIP,
        "Paid",
        PREPARED,
        ALL,
    ),
    Outcome(
        "chargeback",
        chargeback,
        (0, 0, 4990, 0),
        _S.DISPUTED,
        _W.DOUBTFUL,
        WAITS,
        "Disputed",
        AT_BANK,
        HELD,
    ),
    Outcome(
        "under review",
        under_review,
        (0, 0, 4990, 0),
        _S.DISPUTED,
        _W.DOUBTFUL,
        WAITS,
        "Disputed",
        AT_BANK,
        HELD,
    ),
    Outcome(
        "won",
        decided("won"),
        (0, 0, 0, 0),
        _S.PAID,
        _W.READY,
        SHIP,
        "Paid",
        PREPARED,
        ALL,
    ),
    Outcome(
        "lost",
        decided("lost"),
        (0, 0, 0, 4990),
        _S.LOST,
        _W.GONE,
        NOT_SENT,
        "Taken by the bank",
        BY_BANK,
        TAKEN,
    ),
    Outcome(
        "lost after a part refund",
        lost_after_part_refund,
        (2000, 2000, 0, 2990),
        _S.LOST,
        _W.GONE,
        NOT_SENT,
        "Taken by the bank",
        BY_BANK,
        TAKEN,
    ),
    Outcome(
        "part lost",
        lost_in_part(2000),
        (0, 0, 0, 2000),
        _S.PARTLY_LOST,
        _W.READY,
        SHIP,
        "Part taken by the bank",
        PREPARED,
        "€29.90",
    ),
    Outcome(
        "part disputed",
        disputed_of(2000),
        (0, 0, 2000, 0),
        _S.DISPUTED,
        _W.DOUBTFUL,
        WAITS,
        "Disputed",
        AT_BANK,
        "€29.90",
    ),
    Outcome(
        "lost, and a part came back",
        lost_in_part(4990, returned=2990),
        (0, 0, 0, 2000),
        _S.PARTLY_LOST,
        _W.READY,
        SHIP,
        "Part taken by the bank",
        PREPARED,
        "€29.90",
    ),
    Outcome(
        "more than all lost",
        lost_in_part(5500),
        (0, 0, 0, 5500),
        _S.LOST,
        _W.GONE,
        NOT_SENT,
        "Taken by the bank",
        BY_BANK,
        TAKEN,
    ),
    Outcome(
        "part lost, the rest disputed again",
        disputed_of(2990, before=2000),
        (0, 0, 2990, 2000),
        _S.DISPUTED,
        _W.DOUBTFUL,
        WAITS,
        "Disputed",
        AT_BANK,
        HELD,
    ),
    Outcome(
        "part lost, the rest going back",
        lost_and_refunded,
        (2990, 0, 0, 2000),
        _S.RETURNING,
        _W.DOUBTFUL,
        NOT_SENT,
        "Refund on its way",
        "Being paid back",
        NOTHING,
    ),
    Outcome(
        "appealed",
        appealed,
        (0, 0, 4990, 0),
        _S.DISPUTED,
        _W.DOUBTFUL,
        WAITS,
        "Disputed",
        AT_BANK,
        HELD,
    ),
    Outcome(
        "won on appeal",
        appeal_decided("won"),
        (0, 0, 0, 0),
        _S.PAID,
        _W.READY,
        SHIP,
        "Paid",
        PREPARED,
        ALL,
    ),
    Outcome(
        "lost on appeal",
        appeal_decided("lost"),
        (0, 0, 0, 4990),
        _S.LOST,
        _W.GONE,
        NOT_SENT,
        "Taken by the bank",
        BY_BANK,
        TAKEN,
    ),
    Outcome(
        "prevented, block",
        prevented("block"),
        (0, 0, 0, 0),
        _S.PAID,
        _W.READY,
        SHIP,
        "Paid",
        PREPARED,
        ALL,
    ),
    Outcome(
        "prevented, resolution",
        prevented("resolution"),
        (0, 0, 0, 4990),
        _S.LOST,
        _W.GONE,
        NOT_SENT,
        "Taken by the bank",
        BY_BANK,
        TAKEN,
    ),
    Outcome(
        "refund pending",
        refunded(card="pm_card_pendingRefund"),
        (4990, 0, 0, 0),
        _S.RETURNING,
        _W.DOUBTFUL,
        NOT_SENT,
        "Refund on its way",
        "Being paid back",
        NOTHING,
    ),
    Outcome(
        "part refund pending",
        refunded(amount(2000), card="pm_card_pendingRefund"),
        (2000, 0, 0, 0),
        _S.PARTLY_RETURNING,
        _W.READY,
        SHIP,
        "Part refund on its way",
        PREPARED,
        "€29.90",
    ),
    Outcome(
        "part refunded",
        refunded(amount(2000)),
        (2000, 2000, 0, 0),
        _S.PARTLY_REFUNDED,
        _W.READY,
        SHIP,
        "Partly refunded",
        PREPARED,
        "€29.90",
    ),
    Outcome(
        "refund bounced",
        refunded(card="pm_card_refundFail", bounced=True),
        (0, 0, 0, 0),
        _S.PAID,
        _W.READY,
        SHIP,
        "Paid",
        PREPARED,
        ALL,
    ),
    Outcome(
        "refunded",
        refunded(),
        (4990, 4990, 0, 0),
        _S.REFUNDED,
        _W.GONE,
        NOT_SENT,
        "Refunded",
        "Paid back",
        NOTHING,
    ),
    Outcome(
        "refund awaits approval",
        awaiting,
        (4990, 0, 0, 0),
        _S.RETURNING,
        _W.DOUBTFUL,
        NOT_SENT,
        "Refund on its way",
        "Being paid back",
        NOTHING,
    ),
)
