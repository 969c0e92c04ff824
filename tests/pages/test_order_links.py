"""Links that open a purchase: signed, made again at any time, and nowhere in the database."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.connection import get_connection

from shared.core.ids import digest
from shared.core.money import Money
from shared.entrypoints.web.pages import TEMPLATES
from shared.infra import unit
from shared.infra.jobs.models import Job
from shared.infra.mail import service as mail
from shared.infra.mail.links import PUBLIC_URL
from shared.infra.mail.models import Email
from shared.trade.orders.models import Checkout
from tests.support.app import link_of, whole_app
from tests.support.factories import make_order
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context

BEFORE = "co_" + "b" * 32  # a link as it was made before links were signed


async def _post(order: Any, kind: str, to: str) -> Email:
    context: dict[str, Any] = {
        "number": order.number,
        "full_name": "Ada",
        "vendor_name": "Cups",
        "seller": "Cups",
        "lines": (),
        "total": Money(1, "EUR"),
        "sent_by": None,
        "reduced_by": None,
        "vat": None,
    }
    async with unit.transaction() as tx:
        mail.post(
            tx,
            "order_confirmed",
            to=to,
            unique_key=kind,
            order_id=order.id,
            context=context,
        )
    return await Email.get(unique_key=kind)


async def test_the_link_is_made_when_its_mail_is_sent_and_for_its_shopper_alone(
    context: Context, client: Any
) -> None:
    """The outbox holds none, before and after; whoever else is written to about the order gets
    none, whatever they typed.
    """
    order = await make_order()
    checkout = await order.checkout
    for kind, to in (
        ("to_the_shopper", checkout.email),
        ("to_the_vendor", "shop@example.test"),
    ):
        await _post(order, kind, to)
        await mail.send(context.settings, kind)
    mine, theirs = [
        path.read_text()
        for path in sorted((context.settings.data_dir / "mail").glob("*.eml"))
    ]
    link = link_of(checkout.token)
    assert f"/shop/orders/{link}" in mine.replace("=\n", "")
    assert link not in theirs.replace("=\n", "")
    kept = (
        str(await Email.all().values())
        + str(await Checkout.all().values())
        + str(await Job.all().values())
    )
    assert link not in kept
    assert order.number in words(await Browser(client).get(f"/shop/orders/{link}"))


async def test_a_key_that_was_replaced_goes_on_opening_while_it_stands_beside_the_new_one(
    context: Context, gateway: Gateway, database: str
) -> None:
    """Links of the old key open, pages make links of the new one; once the old key is gone, so are
    its links.
    """
    order = await make_order()
    link = link_of((await order.checkout).token)
    old, new = (
        context.settings.secret_key,
        "the key that comes after it, long enough to sign with",
    )
    both = Browser(
        whole_app(
            context.settings.with_(secret_key=new, old_secret_keys=(old,)), gateway
        ).test_client()
    )
    page = await both.get(f"/shop/orders/{link}")
    assert f'href="/shop/orders/{link}' not in page
    assert 'href="/shop/checkout/co_' in page
    alone = Browser(
        whole_app(context.settings.with_(secret_key=new), gateway).test_client()
    )
    await alone.get(f"/shop/orders/{link}", status=404)


async def test_links_of_before_open_what_they_opened_and_stand_nowhere_any_more(
    client: Any,
) -> None:
    """The migration keeps their digests, gives each purchase a token of its own, and rewrites the
    mails that held them.
    """
    order, other = await make_order(), await make_order()
    await Checkout.filter(id=order.checkout_id).update(token=BEFORE)
    was = await _post(order, "order_confirmed", "ada@example.test")
    await Email.filter(id=was.id).update(
        text=f"See {PUBLIC_URL}/shop/orders/{BEFORE}\nor write /shop/orders/co_x"
    )
    migration = import_module("shared.infra.database.migrations." + _name())
    connection = get_connection("default")

    await migration.sign(None, _Editor(connection))

    checkout = await Checkout.get(id=order.checkout_id)
    assert checkout.token != BEFORE
    assert checkout.old_link_digest == digest(BEFORE)
    assert (
        await Email.get(id=was.id)
    ).text == f"See {PUBLIC_URL}/shop/orders/{{order_link}}\nor write /shop/orders/co_x"
    assert BEFORE not in str(await Checkout.all().values()) + str(
        await Email.all().values()
    )
    browser = Browser(client)
    for link in (BEFORE, link_of(checkout.token)):
        page = words(await browser.get(f"/shop/orders/{link}"))
        assert order.number in page
        assert other.number not in page


def _name() -> str:
    from shared.infra.database.schema import on_disk

    return next(name for name in on_disk() if name.endswith("_order_links"))


class _Editor:
    """What the migration asks of Tortoise's editor."""

    def __init__(self, connection: Any) -> None:
        self.client = connection
        self.DIALECT = (
            "sqlite" if connection.capabilities.dialect == "sqlite" else "postgres"
        )


@pytest.mark.one_engine
def test_no_page_shows_a_purchases_token_where_its_link_belongs() -> None:
    """Every template that names one seals it: the bare token opens nothing."""
    bare = re.compile(r"\b(?:checkout|p)\.token\b(?! \| order_link)")
    wrong = [
        str(path)
        for path in sorted(TEMPLATES.rglob("*.html"))
        if bare.search(path.read_text())
    ]
    assert wrong == []
