"""Every end that the money of an order can come to: how it gets there at the stand-in, and what
every place says of it then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.finance.refunds.rules import RefundRequest
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.remaining_money import MoneyState, Shipping
from tests.support.disputes import at_stripe
from tests.support.refunds import WHOLE, amount, set_policy
from tests.support.scene import Scene

if TYPE_CHECKING:
    from shared.finance.payments.models import Payment

TOTAL = 4990


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
        (found,) = await at_stripe(scene.context.gateway, scene.sandbox, payment)
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
class Told:
    """What every place says: the rule, and the words of the goods, of the money, the shopper's, the
    refund page's.
    """

    state: MoneyState
    ship: Shipping
    goods: str
    paid: str
    shopper: str
    refund: str


@dataclass(frozen=True)
class Outcome:
    """`money`: refunded, returned, disputed, lost."""

    name: str
    act: Act
    money: tuple[int, int, int, int]
    told: Told


_S, _W = MoneyState, Shipping
SHIP, WAITS, NOT_SENT = "To ship", "On hold", "Not sent"
PREPARED, AT_BANK = "Paid, being prepared", "Being looked at by your bank"
ALL, TAKEN, HELD = (
    "€49.90",
    "took the money of this order for good",
    "The bank holds this payment",
)
BY_BANK, NOTHING = "Paid back by your bank", "Nothing left to give back"
REST = "€29.90"
PAID = Told(_S.PAID, _W.READY, SHIP, "Paid", PREPARED, ALL)
DISPUTED = Told(_S.DISPUTED, _W.DOUBTFUL, WAITS, "Disputed", AT_BANK, HELD)
LOST = Told(_S.LOST, _W.GONE, NOT_SENT, "Taken by the bank", BY_BANK, TAKEN)
PARTLY_LOST = Told(
    _S.PARTLY_LOST, _W.READY, SHIP, "Part taken by the bank", PREPARED, REST
)
PART_DISPUTED = Told(_S.DISPUTED, _W.DOUBTFUL, WAITS, "Disputed", AT_BANK, REST)
RETURNING = Told(
    _S.RETURNING, _W.DOUBTFUL, NOT_SENT, "Refund on its way", "Being paid back", NOTHING
)
PARTLY_RETURNING = Told(
    _S.PARTLY_RETURNING, _W.READY, SHIP, "Part refund on its way", PREPARED, REST
)
PARTLY_REFUNDED = Told(
    _S.PARTLY_REFUNDED, _W.READY, SHIP, "Partly refunded", PREPARED, REST
)
REFUNDED = Told(_S.REFUNDED, _W.GONE, NOT_SENT, "Refunded", "Paid back", NOTHING)

OUTCOMES = (
    Outcome("no dispute", nothing, (0, 0, 0, 0), PAID),
    Outcome("inquiry", inquiry, (0, 0, 0, 0), PAID),
    Outcome("inquiry closed", inquiry_closed, (0, 0, 0, 0), PAID),
    Outcome("chargeback", chargeback, (0, 0, 4990, 0), DISPUTED),
    Outcome("under review", under_review, (0, 0, 4990, 0), DISPUTED),
    Outcome("won", decided("won"), (0, 0, 0, 0), PAID),
    Outcome("lost", decided("lost"), (0, 0, 0, 4990), LOST),
    Outcome(
        "lost after a part refund", lost_after_part_refund, (2000, 2000, 0, 2990), LOST
    ),
    Outcome("part lost", lost_in_part(2000), (0, 0, 0, 2000), PARTLY_LOST),
    Outcome("part disputed", disputed_of(2000), (0, 0, 2000, 0), PART_DISPUTED),
    Outcome(
        "lost, and a part came back",
        lost_in_part(4990, returned=2990),
        (0, 0, 0, 2000),
        PARTLY_LOST,
    ),
    Outcome("more than all lost", lost_in_part(5500), (0, 0, 0, 5500), LOST),
    Outcome(
        "part lost, the rest disputed again",
        disputed_of(2990, before=2000),
        (0, 0, 2990, 2000),
        DISPUTED,
    ),
    Outcome(
        "part lost, the rest going back",
        lost_and_refunded,
        (2990, 0, 0, 2000),
        RETURNING,
    ),
    Outcome("appealed", appealed, (0, 0, 4990, 0), DISPUTED),
    Outcome("won on appeal", appeal_decided("won"), (0, 0, 0, 0), PAID),
    Outcome("lost on appeal", appeal_decided("lost"), (0, 0, 0, 4990), LOST),
    Outcome("prevented, block", prevented("block"), (0, 0, 0, 0), PAID),
    Outcome("prevented, resolution", prevented("resolution"), (0, 0, 0, 4990), LOST),
    Outcome(
        "refund pending",
        refunded(card="pm_card_pendingRefund"),
        (4990, 0, 0, 0),
        RETURNING,
    ),
    Outcome(
        "part refund pending",
        refunded(amount(2000), card="pm_card_pendingRefund"),
        (2000, 0, 0, 0),
        PARTLY_RETURNING,
    ),
    Outcome(
        "part refunded", refunded(amount(2000)), (2000, 2000, 0, 0), PARTLY_REFUNDED
    ),
    Outcome(
        "refund bounced",
        refunded(card="pm_card_refundFail", bounced=True),
        (0, 0, 0, 0),
        PAID,
    ),
    Outcome("refunded", refunded(), (4990, 4990, 0, 0), REFUNDED),
    Outcome("refund awaits approval", awaiting, (4990, 0, 0, 0), RETURNING),
)
