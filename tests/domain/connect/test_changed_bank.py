"""Another bank account: owners are written to and payouts wait, however we hear of it; only the
operator ends it early.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portal.payouts.sentences import no_instant
from shared.core import clock
from shared.core.errors import Conflict, Invalid, TryLater
from shared.core.money import Money
from shared.finance.connect import bank_accounts
from shared.finance.connect import service as connect
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.rules import new_banks
from shared.finance.payouts import instant_payouts
from shared.finance.payouts.errors import NothingToPayOut, PayoutHeld
from shared.finance.payouts.instant_payouts import NothingToSend
from shared.finance.payouts.models import Payout
from shared.finance.payouts.queries import all_payouts, waiting
from shared.infra.audit.models import AuditEntry
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.mail.models import Email
from shared.trade.people.models import Member
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_member
from tests.support.market import open_shop
from tests.support.payouts import (
    new_bank,
    on_payday,
    payday,
    plan,
    ready,
    swept,
    time_of,
    work,
)
from tests.support.portal import operator_in, sign_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
SHARE = 4990 - 125
WAIT = timedelta(hours=72)


@pytest.mark.parametrize(
    ("known", "found", "new"),
    [
        ({}, {"EUR": "ba_1"}, ()),
        ({"EUR": "ba_1"}, {"EUR": "ba_1"}, ()),
        ({"EUR": "ba_1"}, {}, ()),
        ({"EUR": "ba_1"}, {"EUR": "ba_2"}, ("EUR",)),
        ({"EUR": "ba_1"}, {"EUR": "ba_1", "CHF": "ba_2"}, ("CHF",)),
        (
            {"EUR": "ba_1", "CHF": "ba_2"},
            {"CHF": "ba_3", "EUR": "ba_3"},
            ("CHF", "EUR"),
        ),
    ],
    ids=["the first", "the same", "taken away", "another", "a further currency", "all"],
)
def test_what_counts_as_changed(
    known: dict[str, str], found: dict[str, str], new: tuple[str, ...]
) -> None:
    """Money that would go elsewhere than before."""
    assert new_banks(known, found) == new


async def changed(
    gateway: Gateway, sandbox: RunningSandbox, shop: Shop, *, hours: int = 72
) -> VendorPaymentConfig:
    """The vendor's row after another bank was given and the account read."""
    await new_bank(sandbox, shop.account_id, hours=hours)
    await connect.sync_account(gateway, vendor_id=shop.vendor_id)
    return await VendorPaymentConfig.get(vendor_id=shop.vendor_id)


async def test_the_first_bank_of_an_account_is_none_that_changed(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Nobody is written to, nothing waits; reading it again changes nothing."""
    shop = await open_shop(gateway, sandbox)
    await connect.sync_account(gateway, vendor_id=shop.vendor_id)

    row = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
    assert row.bank_hold_until is None
    assert row.payout_banks
    assert not await Email.exists(kind="bank_changed")


async def test_our_paydays_and_instant_payouts_wait_and_go_on_by_themselves(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Every owner reads of it; nothing leaves for 72 hours; then the next payday pays."""
    with time_of(sandbox) as time:
        shop = await open_shop(gateway, sandbox)
        second = await make_member(await Vendor.get(id=shop.vendor_id))
        await plan(gateway, shop, "daily")
        await ready(gateway, sandbox, time, shop)
        time.to_weekday(0)
        row = await changed(gateway, sandbox, shop)

        assert row.bank_hold_until == clock.now() + WAIT
        mails = [mail.to for mail in await Email.filter(kind="bank_changed")]
        assert second.email in mails
        assert len(set(mails)) == len(mails) >= 2
        await payday(context)
        assert await Payout.all().count() == 0
        with pytest.raises(NothingToSend) as refused:
            await instant_payouts.pay(
                gateway, vendor_id=shop.vendor_id, amount=Money(SHARE, "EUR"), actor="m"
            )
        assert "bank account was changed" in no_instant(refused.value.offer)
        time.days(3.01)
        await work(context, "vendors.end_bank_hold")
        await payday(context)
        assert (await Payout.get()).amount == SHARE
        trail = await AuditEntry.filter(subject=f"vendor:{shop.vendor_id}").values_list(
            "action", flat=True
        )
        assert {"vendor.bank_changed", "vendor.bank_hold_ended"} <= set(trail)


async def test_a_change_that_only_the_payday_notices_stops_it(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """No event, no page, no sweep: what is read just before paying is enough, for an instant payout
    too.
    """
    with time_of(sandbox) as time:
        shop = await on_payday(gateway, sandbox, time)
        await new_bank(sandbox, shop.account_id, hours=72)
        with pytest.raises((PayoutHeld, NothingToPayOut)):
            await instant_payouts.pay(
                gateway,
                vendor_id=shop.vendor_id,
                amount=Money(1000, "EUR"),
                actor="m",
                fee=100,
            )
        await payday(context)
        assert await Payout.all().count() == 0
        assert await Email.exists(kind="bank_changed")


@pytest.mark.parametrize(
    ("made", "heard"),
    [(False, False), (True, True)],
    ids=[
        "Stripe did not hear us, nor we of the bank",
        "Stripe made it, and we know of the bank",
    ],
)
async def test_a_payout_written_down_before_the_change_waits_like_later_ones(
    context: Context,
    gateway: Gateway,
    sandbox: RunningSandbox,
    client: TestClientProtocol,
    heard: bool,
    made: bool,
) -> None:
    """Its answer was lost, then the bank changed: what Stripe has not made waits, which its page
    says, and is sent later.
    """
    with time_of(sandbox) as time:
        shop = await on_payday(gateway, sandbox, time)
        effect = "reset_after" if made else "reset_before"
        sandbox.breaks("/v1/payouts", effect, times=3)
        with pytest.raises(TryLater):
            await payday(context)
        sandbox.faults()
        await new_bank(sandbox, shop.account_id, hours=72)
        if heard:
            await connect.sync_account(gateway, vendor_id=shop.vendor_id)

        await work(context, "payouts.ask")
        time.days(0.1)
        await swept(context)

        row = await Payout.get()
        assert (row.status, len(sandbox.events("payout.created"))) == (
            ("pending", 1) if made else ("opening", 0)
        )
        await sign_in(client, (await Member.get(id=shop.member_id)).email)
        for page in ("/vendor/admin/payouts", f"/vendor/admin/payouts/{row.id}"):
            text = words(str(await (await client.get(page)).get_data(as_text=True)))
            assert ("Waits" in text) != made, text
            assert ("on its way to your bank" in text.lower()) == (
                made and page.endswith("payouts")
            ), text
        assert len(await waiting((await all_payouts()).rows)) == (not made)
        time.days(3)
        await work(context, "vendors.end_bank_hold")
        await swept(context)
        assert (await Payout.get()).status in ("pending", "in_transit", "paid")
        assert len(sandbox.events("payout.created")) == 1


async def test_stripe_s_own_schedule_stops_and_is_what_it_was_afterwards(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Where Stripe pays by itself it is told to wait; the hourly look ends a wait whose own job was
    lost.
    """
    with time_of(sandbox) as time:
        shop = await open_shop(gateway, sandbox)
        await plan(gateway, shop, "weekly", "friday", minimum=0)
        await changed(gateway, sandbox, shop)
        await work(context, "payouts.write_settings")
        assert (
            await gateway.balance_settings.get(shop.account_id)
        ).interval == "manual"
        time.days(3.01)
        await work(context, "vendors.end_bank_holds")
        await bank_accounts.end_due()
        await work(context, "payouts.write_settings")
        assert await gateway.balance_settings.get(shop.account_id) == PayoutSettings(
            "weekly", weekly_days=("friday",)
        )


async def test_a_bank_given_while_one_waits_makes_it_wait_anew(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The job of the first wait does not end the second; where the operator set 0 hours, only the
    mail is left.
    """
    with time_of(sandbox) as time:
        shop = await open_shop(gateway, sandbox)
        await changed(gateway, sandbox, shop)
        time.days(2)
        row = await changed(gateway, sandbox, shop)
        assert row.bank_hold_until == clock.now() + WAIT
        time.days(1.5)
        await bank_accounts.end(shop.vendor_id)
        assert (
            await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
        ).bank_hold_until is not None
        time.days(2)
        await bank_accounts.end(shop.vendor_id)
        row = await changed(gateway, sandbox, shop, hours=0)
        assert row.bank_hold_until is None
        assert row.bank_changed_at == clock.now()


async def test_only_the_operator_ends_it_and_says_why(
    client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """With a reason, audited and told; the owner reads why it waits, and finds no way to shorten
    it.
    """
    shop = await open_shop(gateway, sandbox)
    await changed(gateway, sandbox, shop)
    with pytest.raises(Invalid):
        await bank_accounts.release(
            vendor_id=shop.vendor_id, reason=" ", actor="member:9"
        )
    operator = await operator_in(client)
    page = f"/operator/vendors/{shop.vendor_id}"
    assert "The bank changed" in await operator.get(page)

    assert (await operator.post(f"{page}/bank", {"why": ""})).status_code == 422
    assert (
        await operator.post(f"{page}/bank", {"why": "She came by with her passport."})
    ).status_code == 303

    entry = await AuditEntry.get(action="vendor.bank_hold_released")
    assert entry.details["reason"] == "She came by with her passport."
    assert "The bank changed" not in await operator.get(page)
    assert await Email.exists(kind="bank_hold_released")
    with pytest.raises(Conflict):
        await bank_accounts.release(
            vendor_id=shop.vendor_id, reason="again", actor="member:9"
        )


async def test_the_owner_reads_it_on_the_payouts_page(
    client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """And may not ask the operator's address for it."""
    shop = await open_shop(gateway, sandbox)
    row = await changed(gateway, sandbox, shop)
    owner = (await Email.filter(kind="bank_changed").first()) or pytest.fail("no mail")
    await sign_in(client, owner.to)

    text = await (await client.get("/vendor/admin/payouts")).get_data(as_text=True)

    assert "Your bank account was changed" in text
    assert f"{row.bank_hold_until:%H:%M} UTC" in text
