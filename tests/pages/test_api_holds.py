"""A program sets a shopper's order aside before it is paid: POST hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.trade.catalogue.models import Product
from tests.support.api_purchases import hold_path, intent_path, purchase, shop
from tests.support.app import link_of
from tests.support.market import Purchase, Shop, check_out, open_shop
from tests.support.program import Program, Reply

if TYPE_CHECKING:
    from quart import Quart

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

__all__ = ["purchase", "shop"]  # fixtures


class TestHold:
    """POST hold, which a client with a payment page of its own asks before it confirms the card."""

    async def test_the_last_piece_is_set_aside_for_who_asks_first(
        self, app: Quart, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Again and again is the same; somebody else reads that it is sold out, and of no order
        that is not theirs.
        """
        shop = await open_shop(gateway, sandbox, stock=1)
        mine, other = await check_out(shop), await check_out(shop)
        answers = []
        for who in (mine, mine, other):
            program, body = (
                Program(app, link_of(who.token)),
                {"order_id": who.order_id},
            )
            made = await program.call("POST", intent_path(shop.vendor_id), json=body)
            assert made.body["needs_hold"]
            body["payment_intent_id"] = made.body["payment_intent_id"]
            answers.append(
                await program.call("POST", hold_path(shop.vendor_id), json=body)
            )
            stranger = await Program(app).call(
                "POST", hold_path(shop.vendor_id), json=body
            )
            assert (stranger.status, stranger.code) == (404, "not_found")

        assert answers[:2] == [Reply(200, {"held": True})] * 2
        assert (answers[2].status, answers[2].code) == (409, "sold_out")
        assert (await Product.get(id=shop.product_id)).reserved == 1

    async def test_another_intent_than_the_orders_is_out_of_date(
        self, app: Quart, shop: Shop, purchase: Purchase
    ) -> None:
        """409, and nothing is set aside that was not before."""
        body = {"order_id": purchase.order_id, "payment_intent_id": "pi_1"}
        reply = await Program(app, link_of(purchase.token)).call(
            "POST", hold_path(shop.vendor_id), json=body
        )
        assert (reply.status, reply.code) == (409, "page_out_of_date")
