"""A code is typed: it stays with the basket, and one that cannot be used changes nothing."""

from __future__ import annotations

import pytest

from shared.trade.baskets import codes
from shared.trade.baskets.errors import NothingInBasket
from shared.trade.baskets.queries import get_basket
from shared.trade.discounts.errors import (
    BelowLeast,
    CodeWithoutGoods,
    GuessedTooOften,
    UnknownCode,
)
from shared.trade.discounts.models import CodeTries, DiscountCode
from tests.support.coded_sales import GUEST, NETWORK, a_product, basket_with
from tests.support.discounts import FIVER, make_discount

pytestmark = pytest.mark.usefixtures("database")


class TestTyping:
    """The code that a basket has."""

    async def test_it_stays_with_the_basket_however_it_was_typed(self) -> None:
        """A reload, another page, the next day."""
        product = await a_product()
        await make_discount(product.vendor_id)
        basket = await basket_with(product, code=" ｗｅｌｃｏｍｅ 10 ")
        view = await get_basket(basket)
        assert view.discount_code == "WELCOME10"
        kept = await codes.code_of(view, GUEST)
        assert kept.off(view, {})[product.vendor_id].goods == 499

    async def test_one_that_ended_says_so_where_it_stood(self) -> None:
        """It takes nothing off any more, and the basket still has it."""
        product = await a_product()
        made = await make_discount(product.vendor_id)
        basket = await basket_with(product)
        await DiscountCode.filter(id=made.id).update(is_active=False)
        view = await get_basket(basket)
        kept = await codes.code_of(view, GUEST)
        assert "not valid any more" in kept.problem
        assert kept.off(view, {}) == {}

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ("NOBODYS", UnknownCode),
            ("été", UnknownCode),
            ("", UnknownCode),
            ("OTHERS", CodeWithoutGoods),
            ("DEAR", BelowLeast),
        ],
    )
    async def test_one_that_cannot_be_used_leaves_the_basket_as_it_was(
        self, typed: str, why: type[Exception]
    ) -> None:
        """Also the code that it has already."""
        product, other = await a_product(), await a_product()
        await make_discount(product.vendor_id)
        await make_discount(other.vendor_id, "OTHERS")
        await make_discount(code="DEAR", least_amount=10_000, **FIVER)
        basket = await basket_with(product)
        with pytest.raises(why):
            await codes.use_code(basket, typed, GUEST, network=NETWORK)
        assert (await get_basket(basket)).discount_code == "WELCOME10"

    async def test_without_a_basket_there_is_nothing_to_take_off(self) -> None:
        """No token, an unknown one, nothing in it."""
        for token in (None, "nobodys"):
            with pytest.raises(NothingInBasket):
                await codes.use_code(token, "WELCOME10", GUEST, network=NETWORK)

    async def test_a_robot_is_stopped_also_with_a_code_that_exists(self) -> None:
        """Else it would know which one it was."""
        product = await a_product()
        await make_discount(product.vendor_id)
        basket = await basket_with(product, code="")
        for n in range(8):
            with pytest.raises(UnknownCode):
                await codes.use_code(basket, f"GUESS{n}", GUEST, network=NETWORK)
        with pytest.raises(GuessedTooOften):
            await codes.use_code(basket, "WELCOME10", GUEST, network=NETWORK)
        tried = await CodeTries.get()
        assert (tried.network, tried.unknown, tried.stopped) == (NETWORK, 8, 1)
