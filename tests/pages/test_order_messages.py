"""Asking the shop: a message, its mail, the answer, and nobody else's address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from shared.infra.mail.models import Email
from shared.trade.messages.errors import TooManyMessages
from shared.trade.messages.models import OrderMessage
from shared.trade.messages.rules import MOST_IN_A_ROW
from shared.trade.messages.service import ask_the_shop
from shared.trade.orders.models import Order
from tests.support.app import link_of
from tests.support.factories import make_order
from tests.support.order_messages import sold_by
from tests.support.portal import signed_in
from tests.support.storefront import Browser, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol


async def below(order: Order) -> str:
    """Where the shopper writes."""
    link = link_of((await order.checkout).token)
    return f"/shop/orders/{link}/{order.number}/messages"


async def test_a_question_and_its_answer_go_by_mail_and_stand_at_the_order(
    client: TestClientProtocol,
) -> None:
    """Neither mail holds the other's address; markup is text, lines stay lines."""
    portal = await signed_in(client)
    order = await sold_by(portal)
    checkout, vendor = await order.checkout, await order.vendor
    browser, here = Browser(client), await below(order)
    await browser.get(here)
    sent = await browser.post(here, {"text": "Is it <b>blue</b>?\r\n\r\nThanks"})
    assert sent.status_code == 303, await text_of(sent)
    asked = await Email.get(kind="message_to_shop")
    assert (asked.to, asked.order_id) == (vendor.business_email, order.id)
    assert "Is it <b>blue</b>?\n\nThanks" in asked.text
    assert checkout.email not in asked.text
    assert "/shop/orders/" not in asked.text
    page = await portal.get(f"/vendor/admin/orders/{order.number}")
    assert "Is it &lt;b&gt;blue&lt;/b&gt;?" in page
    assert "Waits for your answer" in page
    labels = set(
        re.findall(r'<label for="([^"]+)"', page)
    )  # each names what it is beside
    assert "message-text" in labels
    assert labels <= set(re.findall(r' id="([^"]+)"', page))
    answer = await portal.post(
        f"/vendor/admin/orders/{order.number}/messages", {"text": "Very blue."}
    )
    assert answer.status_code == 303
    told = await Email.get(kind="message_from_shop")
    assert told.to == checkout.email
    assert vendor.business_email not in told.text
    assert "Very blue." in words(await browser.get(here))
    page = await portal.get(f"/vendor/admin/orders/{order.number}")
    assert "Waits for your answer" not in page


async def test_who_writes_again_and_again_waits_for_an_answer(
    client: TestClientProtocol,
) -> None:
    """Each message is a mail. What was typed stays."""
    portal = await signed_in(client)
    order = await sold_by(portal)
    browser, here = Browser(client), await below(order)
    for number in range(MOST_IN_A_ROW):
        await ask_the_shop(order_id=order.id, text=f"Hello {number}", by="shopper")
    with pytest.raises(TooManyMessages):
        await ask_the_shop(order_id=order.id, text="Hello?", by="shopper")
    await browser.get(here)
    refused = await browser.post(here, {"text": "Once more"})
    assert refused.status_code == 409
    text = await text_of(refused)
    assert "Please wait for an answer." in text
    assert "Once more" in text
    assert await OrderMessage.all().count() == MOST_IN_A_ROW
    await portal.post(f"/vendor/admin/orders/{order.number}/messages", {"text": "Hi"})
    await ask_the_shop(order_id=order.id, text="Thank you", by="shopper")


async def test_nothing_and_novels_are_no_messages(client: TestClientProtocol) -> None:
    """A sentence at the field."""
    portal = await signed_in(client)
    order = await sold_by(portal)
    browser, here = Browser(client), await below(order)
    await browser.get(here)
    for text in ("", " \n ", "x" * 2001):
        answer = await browser.post(here, {"text": text})
        assert answer.status_code == 422, text[:10]
    assert not await OrderMessage.exists()


async def test_only_the_orders_own_shopper_and_vendor_write(
    client: TestClientProtocol,
) -> None:
    """Another shop's order and another purchase's number are not there."""
    portal = await signed_in(client)
    order, other = await sold_by(portal), await make_order()
    browser, here = Browser(client), await below(order)
    await browser.get(here)
    foreign = here.replace(order.number, other.number)
    await browser.get(foreign, status=404)
    assert (await browser.post(foreign, {"text": "Hello"})).status_code == 404
    address = f"/vendor/admin/orders/{other.number}/messages"
    assert (await portal.post(address, {"text": "Hello"})).status_code == 404
    assert not await OrderMessage.exists()


async def test_nothing_in_a_message_turns_the_page_around(
    client: TestClientProtocol,
) -> None:
    """Marks of direction and control characters are taken off whatever field they come by."""
    portal = await signed_in(client)
    order = await sold_by(portal)
    browser, here = Browser(client), await below(order)
    await browser.get(here)
    await browser.post(here, {"text": "Where is\u202e it?\x07\nAda"})
    kept = await OrderMessage.get(order_id=order.id)
    assert kept.text.splitlines() == ["Where is it?", "Ada"]
