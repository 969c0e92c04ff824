"""Disputes after the bank's word and before it: appeals and prevented ones, by webhook and by
sweep, with the money right.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest
import stripe

from shared.finance.disputes import jobs, service
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.queries import count_to_answer, dispute_page
from shared.finance.disputes.rules import DisputeStatus
from shared.finance.inbox import intake
from shared.finance.inbox.models import WebhookEvent
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerPosting
from shared.finance.recovery.models import Claim
from shared.infra.mail.models import Email
from tests.support.disputes import INQUIRY, again, decide, disputed, work
from tests.support.market import Shop, open_shop
from tests.support.money import assert_books_agree, booked, held, sell, stripe_get

if TYPE_CHECKING:
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
TOTAL, FEE = 4990, 125
SHARE = TOTAL - FEE
Hear = Callable[["Context", "RunningSandbox"], Awaitable[None]]


async def by_webhook(context: Context, sandbox: RunningSandbox) -> None:
    """Every event about disputes that we have not had yet comes, signed, in Stripe's order."""
    for told in sandbox.events():
        if not told["type"].startswith("charge.dispute.") or await WebhookEvent.exists(
            stripe_event_id=told["id"]
        ):
            continue
        body = json.dumps(
            told["event"]
            if "event" in told
            else stripe_get(sandbox, f"/v1/events/{told['id']}")
        )
        header = stripe.WebhookSignature.generate_signature_header(
            body, context.settings.stripe.webhook_secrets[0]
        )
        await intake.receive(
            context, source="platform", body=body.encode(), signature=header
        )
    await work(context)


async def by_sweep(context: Context, _sandbox: RunningSandbox) -> None:
    """No webhook comes: we look by ourselves, hourly and daily."""
    await jobs.sweep.run(context, {})
    await jobs.look_again.run(context, {})
    await work(context)


either_way = pytest.mark.parametrize("hear", [by_webhook, by_sweep])


async def lost(context: Context, sandbox: RunningSandbox, shop: Shop) -> Dispute:
    """A dispute that the bank decided for the shopper."""
    return await decide(
        context, sandbox, await disputed(context, sandbox, shop), "lost"
    )


async def offered(
    context: Context, sandbox: RunningSandbox, row: Dispute, hear: Hear
) -> Dispute:
    """The decision can be appealed, and we have heard of it."""
    sandbox.control("POST", f"disputes/{row.stripe_dispute_id}/appeal")
    await hear(context, sandbox)
    return await Dispute.get(id=row.id)


async def filed(
    context: Context, sandbox: RunningSandbox, row: Dispute, hear: Hear
) -> Dispute:
    """The marketplace's staff has filed the appeal in Stripe's dashboard."""
    path = f"/v1/disputes/{row.stripe_dispute_id}"
    sandbox.request(
        "POST",
        path,
        "evidence[appeal][card][reason_for_filing]=Signed+for",
        {"Authorization": f"Bearer {context.settings.stripe.secret_key}"},
    )
    await hear(context, sandbox)
    return await Dispute.get(id=row.id)


async def ended(
    context: Context, sandbox: RunningSandbox, row: Dispute, outcome: str, hear: Hear
) -> Dispute:
    """The card network has decided."""
    sandbox.control(
        "POST", f"disputes/{row.stripe_dispute_id}/close", {"outcome": outcome}
    )
    await hear(context, sandbox)
    return await Dispute.get(id=row.id)


class TestAppeals:
    @either_way
    async def test_a_lost_dispute_that_is_won_on_appeal_pays_everybody_back(
        self, context: Context, sandbox: RunningSandbox, hear: Hear
    ) -> None:
        """While it runs nothing moves; then the vendor, the commission and the books have what they
        had.
        """
        shop = await open_shop(context.gateway, sandbox)
        row = await lost(context, sandbox, shop)
        await by_webhook(context, sandbox)
        row = await offered(context, sandbox, row, hear)
        assert (row.status, row.closed_at) == ("appeal_needs_response", None)
        row = await filed(context, sandbox, row, hear)
        assert (row.status, row.vendor_back, held(sandbox, shop.account_id)) == (
            "appeal_under_review",
            0,
            {},
        )
        await assert_books_agree(sandbox)
        row = await ended(context, sandbox, row, "won", hear)
        assert (row.status, row.vendor_back, row.commission_back) == ("won", SHARE, FEE)
        assert held(sandbox, shop.account_id) == {"EUR": SHARE}
        assert (await Claim.get(subject=f"dispute:{row.id}")).amount == 0
        assert await booked(Account.DISPUTE_LOSSES) == {"EUR": 2000}
        await assert_books_agree(sandbox)

    @either_way
    async def test_one_that_is_lost_on_appeal_too_takes_nothing_more(
        self, context: Context, sandbox: RunningSandbox, hear: Hear
    ) -> None:
        """Lost, appealed, lost: one debit, and a mail for each."""
        shop = await open_shop(context.gateway, sandbox)
        row = await offered(context, sandbox, await lost(context, sandbox, shop), hear)
        row = await ended(context, sandbox, row, "lost", hear)
        assert (row.status, row.vendor_part, row.vendor_back) == ("lost", SHARE, 0)
        assert row.closed_at is not None
        assert await LedgerPosting.filter(kind="dispute_withdrawn").count() == 1
        kinds = (
            await Email.filter(kind__startswith="dispute")
            .order_by("id")
            .values_list("kind", flat=True)
        )
        assert kinds == [
            "dispute_opened",
            "dispute_lost",
            "dispute_appealed",
            "dispute_lost",
        ]
        await assert_books_agree(sandbox)

    async def test_an_appeal_is_for_the_marketplaces_staff(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """The operator's list shows it among those to answer, the vendor's does not; the vendor has
        a mail that says so.
        """
        shop = await open_shop(context.gateway, sandbox)
        await offered(context, sandbox, await lost(context, sandbox, shop), by_webhook)
        mine, all_of_them = (
            await dispute_page(vendor_id=shop.vendor_id),
            await dispute_page(),
        )
        assert (mine.counts["answer"], all_of_them.counts["answer"]) == (0, 1)
        assert mine.counts["open"] == 1
        assert await count_to_answer(shop.vendor_id) == 0
        assert all_of_them.rows[0].answer_by is not None
        mail = await Email.get(kind="dispute_appealed")
        assert "if the appeal is won, you get them back" in " ".join(mail.text.split())

    async def test_what_came_too_late_before_is_not_handed_in_with_an_appeal(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """An answer that never reached the bank stays where it is."""
        shop = await open_shop(context.gateway, sandbox)
        row = await lost(context, sandbox, shop)
        await Dispute.filter(id=row.id).update(
            submitted_at=row.opened_at, evidence={"uncategorized_text": "Late."}
        )
        await offered(context, sandbox, row, by_sweep)
        await by_sweep(context, sandbox)
        seen = await context.gateway.disputes.get(row.stripe_dispute_id)
        assert (seen.status, seen.submission_count) == ("appeal_needs_response", 0)

    async def test_an_old_reading_of_the_first_decision_heals(
        self, context: Context, sandbox: RunningSandbox
    ) -> None:
        """It has no fewer transactions and looks like news; the next look puts it right, and no
        money moved.
        """
        shop = await open_shop(context.gateway, sandbox)
        row = await lost(context, sandbox, shop)
        old = await context.gateway.disputes.get(row.stripe_dispute_id)
        await offered(context, sandbox, row, by_webhook)
        await service.apply(row.payment_id, old)
        await by_sweep(context, sandbox)
        assert (await Dispute.get(id=row.id)).status == "appeal_needs_response"
        await assert_books_agree(sandbox)


class TestPrevented:
    @either_way
    async def test_a_block_moves_nothing_and_is_told(
        self, context: Context, sandbox: RunningSandbox, hear: Hear
    ) -> None:
        """No claim, no posting, the charge can still be refunded."""
        shop = await open_shop(context.gateway, sandbox)
        row = await prevented(context, sandbox, shop, "block", hear)
        assert (row.status, row.vendor_part, row.is_charge_refundable) == (
            "prevented",
            0,
            True,
        )
        assert not await Claim.exists()
        assert held(sandbox, shop.account_id) == {"EUR": SHARE}
        assert "No money has moved" in (await Email.get(kind="dispute_prevented")).text
        await assert_books_agree(sandbox)

    @either_way
    async def test_a_resolution_takes_what_a_lost_dispute_takes_but_no_fee(
        self, context: Context, sandbox: RunningSandbox, hear: Hear
    ) -> None:
        """The shopper has the money; vendor and commission bear it, once."""
        shop = await open_shop(context.gateway, sandbox)
        row = await prevented(context, sandbox, shop, "resolution", hear)
        await by_sweep(context, sandbox)
        assert (row.status, row.vendor_part, row.commission_part, row.fee) == (
            "prevented",
            SHARE,
            FEE,
            0,
        )
        assert row.is_charge_refundable is False
        assert held(sandbox, shop.account_id) == {}
        assert await booked(Account.DISPUTE_LOSSES) == {}
        mail = await Email.get(kind="dispute_prevented")
        assert "€48.65 of it comes out of your balance" in " ".join(mail.text.split())
        (view,) = (await dispute_page(vendor_id=shop.vendor_id)).rows
        assert view.shown_status == "resolved"
        await assert_books_agree(sandbox)


async def prevented(
    context: Context, sandbox: RunningSandbox, shop: Shop, how: str, hear: Hear
) -> Dispute:
    """A sale about which a programme of the card network settled a complaint before it became a
    dispute.
    """
    payment = await sell(context.gateway, sandbox, shop)
    sandbox.control(
        "POST",
        "disputes",
        {"charge": payment.stripe_charge_id, "reason": "general", "prevented": how},
    )
    await hear(context, sandbox)
    return await Dispute.get(payment_id=payment.id)


async def test_all_ten_statuses_are_brought_about_by_real_parts(
    context: Context, sandbox: RunningSandbox
) -> None:
    """Each is what Stripe says, what our row says, and has its place in the books."""
    shop = await open_shop(context.gateway, sandbox)
    seen: set[str] = set()

    async def note(row: Dispute) -> Dispute:
        theirs = await context.gateway.disputes.get(row.stripe_dispute_id)
        assert theirs.status == row.status
        seen.add(row.status)
        return row

    async def answer(row: Dispute) -> Dispute:
        texts = {"uncategorized_text": "It arrived."}
        key = f"t:{row.id}:answer"
        await context.gateway.disputes.update(
            row.stripe_dispute_id, evidence=texts, submit=True, key=key
        )
        return await note(await again(context, row))

    inquiry = await note(await disputed(context, sandbox, shop, card=INQUIRY))
    await answer(inquiry)
    await note(await decide(context, sandbox, inquiry, "won"))
    row = await note(await disputed(context, sandbox, shop))
    await answer(row)
    await note(await decide(context, sandbox, row, "lost"))
    await note(await offered(context, sandbox, row, by_webhook))
    await note(await filed(context, sandbox, row, by_webhook))
    await note(await ended(context, sandbox, row, "won", by_webhook))
    await note(await prevented(context, sandbox, shop, "resolution", by_webhook))
    assert seen == set(DisputeStatus)
    await assert_books_agree(sandbox)
