"""Addresses: confirmed, changed and taken back by links in mails; what waits until an address is
confirmed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core.money import Money
from shared.finance.connect import service as stripe_accounts
from shared.infra.gateway.accounts import AccountDetails
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.service import ProductValues, save_product
from shared.trade.orders.models import Checkout
from shared.trade.people import email_addresses, registration, tokens
from shared.trade.people.errors import EmailNotConfirmed, EmailTaken
from shared.trade.people.models import MailLink
from shared.trade.people.persons import vendor_of
from shared.trade.vendors import service as vendors
from shared.trade.vendors.models import Vendor
from tests.support.accounts import (
    ANOTHER,
    DOORS,
    KINDS,
    PASSWORD,
    again,
    browser_of,
    forgot,
    is_in,
    later,
    link_in,
    mails,
    person,
    session_id_of,
)
from tests.support.factories import make_order
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from quart import Quart

    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway
    from shared.trade.people.persons import Person

NEW = "new@people.test"


async def press(app: Quart, path: str) -> int:
    """Open a mailed link and press its button; the answer's status."""
    stranger = Visitor(app)
    page = await stranger.get(path)
    return (await stranger.send(path)).status if page.status == 200 else page.status


async def ask(who: Person, role: str, email: str = NEW) -> None:
    await email_addresses.ask_to_change(
        kind=DOORS[role].kind,
        person_id=who.id,
        session_id=await session_id_of(who),
        email=email,
        present=PASSWORD,
    )


async def signed_up(kind: str, email: str) -> None:
    """Make somebody new of this kind."""
    if kind == "customer":
        await registration.create_customer(
            email=email, password=PASSWORD, full_name="T"
        )
        return
    await registration.create_member(
        email=email, password=PASSWORD, full_name="T", role="operator", vendor_id=None
    )


async def changed(
    app: Quart,
    who: Person,
    role: str,
    settings: Settings,
    email: str = NEW,
) -> str:
    """Change the address; the path of the link back."""
    before = (await again(who)).email
    await ask(who, role, email)
    assert await press(app, await link_in(email, "email_change", settings)) == 303
    return await link_in(before, "email_changed", settings)


@pytest.mark.one_engine
@pytest.mark.parametrize("role", KINDS)
class TestConfirming:
    """A mail at sign-up, a button, once."""

    async def test_looking_confirms_nothing_and_pressing_does_once(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """A mail scanner opens every link."""
        who = await person(role, confirmed=False)
        path = await link_in(who.email, "confirm_email", settings)
        assert (await Visitor(app).get(path)).status == 200
        assert (await again(who)).email_confirmed_at is None
        assert await press(app, path) == 303
        assert (await again(who)).email_confirmed_at is not None
        assert await press(app, path) == 404

    async def test_it_is_sent_again_when_asked_for_and_not_without_end(
        self, app: Quart, role: str
    ) -> None:
        """Five open links are enough; the account's page says that it is not confirmed."""
        who = await person(role, confirmed=False)
        browser, home = await browser_of(app, who), DOORS[role].account
        assert "Not confirmed" in (await browser.get(home)).text
        for _ in range(7):
            assert (
                await browser.send(f"{home}/email/confirm", page=home)
            ).status == 303
        assert (
            len(await mails(who.email, "confirm_email"))
            == email_addresses.MOST_CONFIRMATIONS
        )

    async def test_a_link_to_a_former_address_confirms_nothing(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """Typed wrongly at sign-up, then put right: the stranger who got the first mail gets
        nothing, nor a way back.
        """
        who = await person(role, confirmed=False)
        first = await link_in(who.email, "confirm_email", settings)
        await ask(who, role)
        assert await press(app, await link_in(NEW, "email_change", settings)) == 303
        assert await press(app, first) == 404
        assert await mails(who.email) == ["confirm_email"]
        assert (await again(who)).email_confirmed_at is not None


@pytest.mark.one_engine
@pytest.mark.parametrize("role", KINDS)
class TestChanging:
    """The new address confirms, the old one can undo."""

    async def test_nothing_changes_until_the_new_address_answers(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """Then it signs in with the new one, and the old one is told."""
        who = await person(role)
        browser, home = await browser_of(app, who), DOORS[role].account
        answer = await browser.send(
            f"{home}/email", page=home, email=NEW, present_for_email=PASSWORD
        )
        assert answer.status == 303
        assert (await again(who)).email == who.email
        assert NEW in (await browser.get(home)).text
        assert await mails(who.email) == []
        assert await press(app, await link_in(NEW, "email_change", settings)) == 303
        assert (await again(who)).email == NEW
        assert await mails(who.email) == ["email_changed"]
        assert await is_in(browser, role)

    async def test_it_can_be_called_off(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """The link that was sent acts no more; another wish ends the former too."""
        who = await person(role)
        browser, home = await browser_of(app, who), DOORS[role].account
        await ask(who, role)
        path = await link_in(NEW, "email_change", settings)
        assert (await browser.send(f"{home}/email/cancel", page=home)).status == 303
        assert await press(app, path) == 404
        await ask(who, role)
        path = await link_in(NEW, "email_change", settings)
        await ask(who, role, "third@people.test")
        assert await press(app, path) == 404

    async def test_a_link_lasts_a_day(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """After that nothing changes."""
        who = await person(role)
        await ask(who, role)
        with later(timedelta(hours=25)):
            assert await press(app, await link_in(NEW, "email_change", settings)) == 404

    async def test_a_taken_address_is_said_and_a_late_one_too(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """At the field; and when somebody took it while the mail was under way, on the link's
        page.
        """
        who, other = await person(role), await person(role)
        with pytest.raises(EmailTaken):
            await ask(who, role, other.email)
        await ask(who, role)
        path = await link_in(NEW, "email_change", settings)
        other.email = NEW
        await other.save()
        assert await press(app, path) == 409
        assert (await again(who)).email == who.email

    async def test_the_old_address_takes_the_account_back(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """Whoever moved it is out everywhere; a link for a new password is on its way to the old
        address.
        """
        who = await person(role)
        thief = await browser_of(app, who)
        back = await changed(app, who, role, settings)
        await forgot(role, NEW)
        assert await press(app, back) == 303
        row = await again(who)
        assert (row.email, row.email_confirmed_at is not None) == (who.email, True)
        assert not await is_in(thief, role)
        assert await press(app, await link_in(NEW, "password_reset", settings)) == 404
        path = await link_in(who.email, "password_reset", settings)
        assert (await Visitor(app).send(path, password=ANOTHER)).status == 303
        assert await press(app, back) == 404

    async def test_for_seven_days(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """And no longer."""
        who = await person(role)
        back = await changed(app, who, role, settings)
        with later(timedelta(days=7, minutes=1)):
            assert await press(app, back) == 404
        with later(timedelta(days=6, hours=23)):
            assert await press(app, back) == 303

    async def test_a_thief_cannot_stand_in_its_way(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """Neither by a second move, nor by another password, nor by an account of their own with
        the old address.
        """
        who, kind = await person(role), DOORS[role].kind
        back = await changed(app, who, role, settings)
        second = await changed(app, who, role, settings, "third@people.test")
        other = await person(role)
        with pytest.raises(EmailTaken):
            await ask(other, role, who.email)
        with pytest.raises(EmailTaken):
            await signed_up(kind, who.email)
        assert await press(app, back) == 303
        assert (await again(who)).email == who.email
        assert await press(app, second) == 404


async def test_taking_an_account_back_ends_its_api_tokens(
    app: Quart, settings: Settings
) -> None:
    """Whoever was in may have made one."""
    who = await person("owner")
    raw = await tokens.create_token(
        vendor_id=vendor_of(who) or 0,
        member_id=who.id,
        name="theirs",
    )
    back = await changed(app, who, "owner", settings)
    assert await tokens.identify_token(raw) is not None
    assert await press(app, back) == 303
    assert await tokens.identify_token(raw) is None


DETAILS = AccountDetails(
    country="LU", business_type="company", business_name="Shop", email="o@shop.test"
)


async def publish(_gateway: Gateway, vendor_id: int) -> None:
    await save_product(
        vendor_id=vendor_id,
        product_id=None,
        values=ProductValues("A cup", Money(1000, "EUR"), 3),
        actor="test",
    )


async def open_it(_gateway: Gateway, vendor_id: int) -> None:
    await vendors.open_shop(vendor_id=vendor_id, actor="test")


async def connect(gateway: Gateway, vendor_id: int) -> None:
    await stripe_accounts.setup_payments(
        gateway, vendor_id=vendor_id, details=DETAILS, actor="test"
    )


@pytest.mark.one_engine
@pytest.mark.parametrize("act", [publish, open_it, connect])
async def test_what_waits_for_a_confirmed_address(
    database: str, gateway: Gateway, act: Callable[[Gateway, int], Awaitable[None]]
) -> None:
    """Refused with a sentence before, done after; until then the shop is closed."""
    signed = await vendors.sign_up(
        email="o@shop.test",
        password=PASSWORD,
        full_name="Olive",
        business_name="Olive & Co",
        country="LU",
    )
    assert not (await Vendor.get(id=signed.vendor_id)).is_open
    with pytest.raises(EmailNotConfirmed, match="confirm your email address first"):
        await act(gateway, signed.vendor_id)
    await email_addresses.answer((await MailLink.get()).nonce)
    await act(gateway, signed.vendor_id)


async def test_an_unconfirmed_owner_may_look_around_and_prepare(database: str) -> None:
    """A product that is not for sale yet can be written and edited; it is not lost by wanting to
    sell it.
    """
    signed = await vendors.sign_up(
        email="o@shop.test",
        password=PASSWORD,
        full_name="Olive",
        business_name="Olive & Co",
        country="LU",
    )
    values = ProductValues("A cup", Money(1000, "EUR"), 3, is_published=False)
    product = await save_product(
        vendor_id=signed.vendor_id, product_id=None, values=values, actor="test"
    )
    values = ProductValues("A bowl", Money(1200, "EUR"), 3, is_published=False)
    await save_product(
        vendor_id=signed.vendor_id, product_id=product, values=values, actor="test"
    )
    values = ProductValues("A bowl", Money(1200, "EUR"), 3, is_published=True)
    with pytest.raises(EmailNotConfirmed):
        await save_product(
            vendor_id=signed.vendor_id, product_id=product, values=values, actor="test"
        )
    row = await Product.get()
    assert (row.name, row.is_published) == ("A bowl", False)


async def test_orders_of_a_guest_are_listed_once_the_address_is_proven(
    app: Quart,
) -> None:
    """Not before: anybody can sign up with anybody's address. Orders of other addresses never."""
    who = await person("customer", confirmed=False)
    theirs, others = await make_order(), await make_order()
    checkout = await Checkout.get(id=theirs.checkout_id)
    checkout.email = who.email
    await checkout.save()
    browser = await browser_of(app, who)
    before = (await browser.get("/shop/account")).text
    assert theirs.number not in before
    assert "Confirm your email address" in before
    await email_addresses.answer((await MailLink.get()).nonce)
    after = (await browser.get("/shop/account")).text
    assert theirs.number in after
    assert others.number not in after
