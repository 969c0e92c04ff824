"""Goods follow the money: what a refund put back in stock comes off it again when the refund
does not arrive, each piece once.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from tortoise.exceptions import IntegrityError

from shared.finance.refunds.rules import Reach, RefundRequest, RefundState
from shared.infra import unit
from shared.infra.mail.models import Email
from shared.trade.catalogue.models import Product
from shared.trade.orders import restocking
from shared.trade.orders.errors import MoneyGone, NothingToKeep, PiecesMissing
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.rules import OrderStatus
from shared.trade.orders.shipping import keep_goods, mark_as_shipped
from shared.trade.people.models import Member
from tests.support.factories import make_order, make_product, make_ready_vendor
from tests.support.market import open_shop
from tests.support.portal import Portal, sign_in
from tests.support.refunds import fund_platform
from tests.support.scene import Scene
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.finance.payments.models import Payment
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
TAKES_NONE, SLOW = "pm_card_refundFail", "pm_card_pendingRefund"


@pytest.fixture
async def scene(context: Context, sandbox: RunningSandbox) -> Scene:
    """A shop with one piece on its shelf, and a platform that can pay refunds."""
    shop = await open_shop(context.gateway, sandbox, stock=1)
    await fund_platform(sandbox)
    return Scene(context, sandbox, shop)


async def shelf(scene: Scene) -> int:
    """How many pieces the shop says it has."""
    return int((await Product.get(id=scene.shop.product_id)).stock)


async def put_back_in_stock(
    scene: Scene, payment: Payment, quantity: int = 1
) -> RefundState:
    """The vendor gives pieces back, and puts them on the shelf."""
    line = await OrderLine.get(order_id=payment.order_id)
    wish = RefundRequest(
        Reach.LINES,
        quantities={line.id: quantity},
        restock=frozenset({line.id}),
    )
    return RefundState((await scene.refund(payment, wish)).status)


async def ship(payment: Payment, *, all_the_same: bool = False) -> None:
    """The vendor sends the order."""
    order = await Order.get(id=payment.order_id)
    await mark_as_shipped(
        vendor_id=order.vendor_id,
        number=order.number,
        carrier="",
        tracking="",
        actor="test",
        all_the_same=all_the_same,
    )


async def keep(payment: Payment) -> int:
    """The vendor puts what it did not send back in stock."""
    order = await Order.get(id=payment.order_id)
    return await keep_goods(
        vendor_id=order.vendor_id, number=order.number, actor="test"
    )


async def test_a_refund_that_bounces_is_undone_on_the_shelf_too(scene: Scene) -> None:
    """Then sent: the piece is gone once.

    Refunded again instead: it is back once. The vendor's mail says what became of it.
    """
    payment = await scene.sale(TAKES_NONE)
    assert await put_back_in_stock(scene, payment) is RefundState.SUCCEEDED
    assert await shelf(scene) == 1
    await scene.bounce()
    assert await shelf(scene) == 0
    assert "is taken out again" in (await Email.get(kind="refund_failed")).text
    await put_back_in_stock(scene, payment)
    assert await shelf(scene) == 1
    await scene.bounce()
    await ship(payment)
    assert await shelf(scene) == 0
    assert (await OrderLine.get(order_id=payment.order_id)).restocked_quantity == 0


async def test_a_bounced_refund_whose_payment_is_lost_afterwards(scene: Scene) -> None:
    """The goods stay set aside, nothing is sent, and the vendor may put them on the shelf, once."""
    payment = await scene.sale(TAKES_NONE)
    await put_back_in_stock(scene, payment)
    await scene.bounce()
    dispute = await scene.dispute(payment)
    await scene.close(dispute, "lost")
    assert await shelf(scene) == 0
    with pytest.raises(MoneyGone):
        await ship(payment, all_the_same=True)
    assert (await keep(payment), await shelf(scene)) == (1, 1)
    with pytest.raises(NothingToKeep):
        await keep(payment)
    await scene.appeal(dispute)
    # It waits to be sent again: what the vendor kept is set aside.
    await scene.close(dispute, "won")
    assert await shelf(scene) == 0
    await ship(payment)
    assert await shelf(scene) == 0


@pytest.mark.one_engine
async def test_what_was_sold_meanwhile_is_said_and_asked(
    scene: Scene, client: TestClientProtocol
) -> None:
    """By mail and on the page; sent only with a ticked box, or when the shelf has a piece again,
    which is then taken.
    """
    payment = await scene.sale(TAKES_NONE)
    await put_back_in_stock(scene, payment)
    await scene.sale()  # somebody else buys it
    await scene.bounce()
    assert (
        "was sold meanwhile: 1 x A cup" in (await Email.get(kind="refund_failed")).text
    )
    order = await Order.get(id=payment.order_id)
    await sign_in(client, (await Member.get(id=scene.shop.member_id)).email)
    portal = Portal(client, scene.shop.vendor_id)
    address = f"/vendor/admin/orders/{order.number}"
    page = words(await portal.get(address))
    assert "1 × A cup" in page
    assert "Send it all the same" in page
    answer = await portal.post(
        f"{address}/ship", {"carrier": "", "tracking_number": ""}
    )
    assert answer.status_code == 409
    assert "You do not have 1 × A cup in stock" in words(
        await answer.get_data(as_text=True)
    )
    await Product.filter(id=scene.shop.product_id).update(stock=1)
    assert "You do not have" not in words(await portal.get(address))
    await ship(payment)
    assert await shelf(scene) == 0


@pytest.mark.one_engine
async def test_sent_all_the_same_nothing_is_taken_that_is_not_there(
    scene: Scene,
) -> None:
    """The vendor has a piece of its own; the shelf stays at zero."""
    payment = await scene.sale(TAKES_NONE)
    await put_back_in_stock(scene, payment)
    await scene.sale()
    await scene.bounce()
    with pytest.raises(PiecesMissing):
        await ship(payment)
    await ship(payment, all_the_same=True)
    assert (
        await shelf(scene),
        (await Order.get(id=payment.order_id)).status,
    ) == (
        0,
        OrderStatus.SHIPPED,
    )


@pytest.mark.one_engine
async def test_what_was_sent_does_not_stand_on_the_shelf(scene: Scene) -> None:
    """Sent although all of it is being refunded: the refund that arrives later puts nothing back.

    What came back by post and whose refund then bounces stays where it is.
    """
    payment = await scene.sale(SLOW)
    assert await put_back_in_stock(scene, payment) is RefundState.PENDING
    await ship(payment, all_the_same=True)
    await scene.bounce()  # it arrives
    assert (
        await shelf(scene),
        (await Order.get(id=payment.order_id)).returned_amount,
    ) == (0, 4990)

    await Product.filter(id=scene.shop.product_id).update(stock=1)
    returned = await scene.sale(TAKES_NONE)
    await ship(returned)
    await put_back_in_stock(scene, returned)
    await scene.bounce()
    assert await shelf(scene) == 1
    assert "stay in your stock" in (await Email.get(kind="refund_failed")).text


@pytest.mark.parametrize("seed", range(8))
async def test_no_walk_makes_or_loses_a_piece(seed: int) -> None:
    """Whatever refunds, bounces and other shoppers do, in any order: shelf, order and others hold
    all pieces, each once.
    """
    dice, pieces = random.Random(seed), 3
    vendor = await make_ready_vendor()
    product = await make_product(vendor, stock=dice.randint(0, 2))
    whole = product.stock + pieces
    order = await make_order(
        vendor, product, status="processing", payment_status="paid", stock_state="taken"
    )
    await OrderLine.filter(order_id=order.id).update(quantity=pieces)
    sold = 0
    for _ in range(15):
        line = await OrderLine.get(order_id=order.id)
        async with unit.transaction():
            order = await Order.get(id=order.id)
            match dice.choice(["refund", "arrive", "undo", "buy", "set aside"]):
                case "refund" if line.refunded_quantity < pieces:
                    await OrderLine.filter(id=line.id).update(
                        refunded_quantity=line.refunded_quantity + 1
                    )
                case "arrive":
                    await restocking.put_in_stock(
                        order, {line.id: dice.randint(1, pieces)}
                    )
                case "undo" if line.refunded_quantity:
                    await OrderLine.filter(id=line.id).update(
                        refunded_quantity=line.refunded_quantity - 1
                    )
                    await restocking.set_aside(order)
                case "buy" if (now := await Product.get(id=product.id)).stock:
                    await Product.filter(id=product.id).update(stock=now.stock - 1)
                    sold += 1
                case _:
                    await restocking.set_aside(order)
        line, now = (
            await OrderLine.get(order_id=order.id),
            await Product.get(id=product.id),
        )
        assert now.stock + sold + (pieces - line.restocked_quantity) == whole
    short = await restocking.short_of(order.id)
    async with unit.transaction():
        left = await restocking.set_aside(order)
    line = await OrderLine.get(order_id=order.id)
    assert left == short
    assert restocking.missing_of(line) == sum(piece.quantity for piece in left)
    assert (await Product.get(id=product.id)).stock == 0 or not left


@pytest.mark.parametrize(
    "wrong",
    [{"refunded_quantity": 2}, {"restocked_quantity": 2}, {"restocked_quantity": -1}],
)
async def test_the_database_refuses_more_pieces_than_were_sold(
    wrong: dict[str, int],
) -> None:
    """A line of one piece has one to give back and one to put on the shelf."""
    order = await make_order()
    with pytest.raises(IntegrityError):
        await OrderLine.filter(order_id=order.id).update(**wrong)
