"""The operator's first page: what needs doing, nothing that is zero, and the figures of today and
of the last 7 days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.entrypoints.web.market import forget
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.disputes.models import Dispute
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.payouts.models import Payout
from shared.finance.reconciliation.models import Difference, ReconciliationRun
from shared.finance.recovery.models import Claim
from shared.infra import unit
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.marketplace.identity import MarketIdentity
from shared.trade.marketplace.presentation import introduce
from shared.trade.vendors.models import Vendor
from tests.support.factories import (
    make_dispute,
    make_order,
    make_payment,
    make_ready_vendor,
    make_refund,
)
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = [pytest.mark.usefixtures("database")]

HOME = "/operator"


async def _compared(status: str = "clean", **values: Any) -> ReconciliationRun:
    return await ReconciliationRun.create(
        status=status, finished_at=clock.now(), **values
    )


async def _payout(vendor: Vendor, status: str, **values: Any) -> Payout:
    number = await Payout.all().count()
    given = {
        "vendor_id": vendor.id,
        "amount": 12_000,
        "status": status,
        "period": f"{number}",
        "currency": "EUR",
        **values,
    }
    return await Payout.create(idempotency_key=f"payout:{number}", **given)


async def _set(vendor: Vendor, **values: Any) -> None:
    await VendorPaymentConfig.filter(vendor_id=vendor.id).update(**values)


async def _claim(amount: int) -> Claim:
    payment = await make_payment(await make_order(), status="succeeded")
    return await Claim.create(
        subject=f"refund:{payment.id}",
        vendor_id=payment.vendor_id,
        order_id=payment.order_id,
        payment_id=payment.id,
        amount=amount,
        receivable=amount,
        owed_since=clock.now() - timedelta(days=3),
        currency="EUR",
    )


class TestNeedsDoing:
    async def test_all_is_in_order(self, client: TestClientProtocol) -> None:
        """One friendly line, with when the books were last compared, and not a single zero."""
        portal = await operator_in(client)
        assert "have not been compared yet" in words(await portal.get(HOME))
        assert "Your imprint is not complete" in words(await portal.get(HOME))
        await _compared()
        reached = replace(
            MarketIdentity(),
            contact_email="hello@hall.test",
            postal_address="1 Street\nL-1728 Luxembourg",
        )
        await introduce(reached, actor="test")
        forget(client.app)

        text = words(await portal.get(HOME))

        assert "All is in order" in text
        assert "Nothing waits for you" in text
        assert "were last compared today" in text
        assert "they agree" in text
        assert "Needs doing" not in text

    async def test_everything_that_waits_has_a_line(
        self, client: TestClientProtocol
    ) -> None:
        """Each a count, a sentence and a link to where it is done."""
        order = await make_order(await make_ready_vendor(name="Atelier"))
        payment = await make_payment(order, status="succeeded")
        for number in (1, 2):
            await make_refund(
                payment,
                number,
                status="awaiting_approval",
                amount=12_000,
                vendor_part=11_999,
            )
        await make_refund(
            payment,
            3,
            status="pending",
            pending_reason="insufficient_funds",
        )
        await make_refund(payment, 4, status="pending", pending_reason="processing")
        dispute = await make_dispute(
            order,
            due_by=clock.now() + timedelta(days=3, hours=1),
        )
        await make_payment(
            await make_order(), status="parked", parked_reason="received 1 instead of 2"
        )
        odd: dict[str, Any] = {
            "operation": "refunds.create",
            "subject": "refund:7",
            "key": "x",
            "error": "Differs: 900 EUR",
        }
        await StripeWrite.create(**odd, state="unexpected")
        bank = await make_ready_vendor(name="Bankless")
        await _set(bank, external_account_errored=True)
        await _payout(
            bank, "failed", failed_at=clock.now(), failure_code="account_closed"
        )
        await _set(
            await make_ready_vendor(name="Held"),
            payouts_held_at=clock.now(),
            payouts_held_reason="We look at it.",
        )
        await _claim(3_500)
        run = await _compared("differences")
        for number in (1, 2, 3):
            await Difference.create(
                run_id=run.id,
                number=number,
                kind="x",
                subject="x",
                text="x",
            )
        portal = await operator_in(client)

        page = await portal.get(HOME)

        text = words(page)
        assert (
            "2 refunds wait for your decision €240.00 in all; the oldest waits since today"
            in text
        )
        assert "1 dispute waits for an answer 3 days left: €49.90 on order" in text
        assert "1 payment is parked" in text
        assert (
            "1 answer of Stripe’s is not what was asked for Write 1 (refunds.create, "
            "refund:7): Differs"
        ) in text
        assert "1 payout did not arrive €120.00 to Bankless:" in text
        assert "1 bank account takes no payouts Bankless got a mail" in text
        assert "1 vendor’s payouts are on hold Held: We look at it." in text
        assert (
            "1 refund waits for your balance: €0.10 Stripe sends them to the shoppers "
            "once your balance there has as much. The oldest waits since today"
        ) in text
        assert 'href="/operator/refunds?status=on_its_way"' in page
        assert "1 vendor owes €35.00 Its next sales pay it back." in text
        assert (
            "3 differences between the books and Stripe Found by the comparison of today"
            in text
        )
        for href in (
            "/operator/refunds",
            f"/operator/disputes/{dispute.id}",
            "/operator/payments",
            "/operator/payouts?state=failed",
            f"/operator/vendors/{bank.id}",
            "/operator/receivables",
            "/operator/reconciliation",
        ):
            assert f'class="doing-go" href="{href}"' in page
        assert "All is in order" not in text

    async def test_an_appeal_is_the_operator_s_to_file(
        self, client: TestClientProtocol
    ) -> None:
        """It waits for staff as long as it can be filed, as the list of disputes counts it too."""
        order = await make_order(await make_ready_vendor(name="Atelier"))
        await make_payment(order, status="succeeded")
        soon = clock.now() + timedelta(days=3, hours=1)
        dispute = await make_dispute(order, status="appeal_needs_response", due_by=soon)
        portal = await operator_in(client)
        page = await portal.get(HOME)
        assert "1 dispute can be appealed 3 days left: €49.90 on order" in words(page)
        assert f'class="doing-go" href="/operator/disputes/{dispute.id}"' in page
        assert "To answer 1" in words(await portal.get("/operator/disputes"))
        await Dispute.filter(id=dispute.id).update(status="appeal_under_review")
        assert "can be appealed" not in await portal.get(HOME)

    async def test_several_vendors_lead_to_a_list_of_just_them(
        self, client: TestClientProtocol
    ) -> None:
        """With the names as far as they fit."""
        for number in range(5):
            await _set(
                await make_ready_vendor(name=f"Held {number}"),
                payouts_held_at=clock.now(),
            )
        await make_ready_vendor(name="Free")
        portal = await operator_in(client)

        page = await portal.get(HOME)

        assert (
            "5 vendors’ payouts are on hold Held 0, Held 1, Held 2 and 2 more."
            in words(page)
        )
        assert 'href="/operator/vendors?only=held"' in page
        narrowed = await portal.get("/operator/vendors?only=held")
        assert '<input type="hidden" name="only" value="held">' in narrowed, (
            "a search keeps the filter without scripts"
        )
        listed = words(narrowed)
        assert "Held 4" in listed
        assert "Free" not in listed
        assert "Free" in words(await portal.get("/operator/vendors?only=nonsense"))
        assert "No vendor is in this state" in words(
            await portal.get("/operator/vendors?only=bank")
        )

    async def test_a_payout_that_was_made_good_is_no_task(
        self, client: TestClientProtocol
    ) -> None:
        """A later payout of the same vendor and currency ends the line; one of another vendor, or
        an old failure, says nothing.
        """
        vendor = await make_ready_vendor()
        await _payout(vendor, "failed", failed_at=clock.now())
        await _payout(await make_ready_vendor(), "paid")
        await _payout(
            await make_ready_vendor(),
            "failed",
            failed_at=clock.now() - timedelta(days=40),
        )
        portal = await operator_in(client)
        assert "1 payout did not arrive" in words(await portal.get(HOME))

        await _payout(vendor, "in_transit")

        assert "did not arrive" not in words(await portal.get(HOME))

    async def test_a_comparison_that_is_missing_is_a_task(
        self, client: TestClientProtocol
    ) -> None:
        """One that could not finish, and one of three nights ago."""
        portal = await operator_in(client)
        run = await _compared("failed", error="Stripe did not answer.")
        assert "The last comparison could not finish" in words(await portal.get(HOME))
        await ReconciliationRun.filter(id=run.id).update(
            status="clean", created_at=clock.now() - timedelta(days=3)
        )

        assert "The books were not compared last night" in words(await portal.get(HOME))

    async def test_no_vendor_sees_it(self, client: TestClientProtocol) -> None:
        """It is the marketplace's own."""
        assert (await (await signed_in(client)).send("GET", HOME)).status_code == 403


class TestFigures:
    async def test_nothing_sold_says_so(self, client: TestClientProtocol) -> None:
        """Instead of a row of zeros."""
        assert "No sales in the last two weeks" in words(
            await (await operator_in(client)).get(HOME)
        )

    async def test_each_currency_has_its_own(self, client: TestClientProtocol) -> None:
        """Sales and refunds of today, of the 7 days that include it, and against the 7 before;
        never added across currencies.
        """
        midnight = clock.now().replace(
            hour=0,
            minute=0,
            second=0,
            microsecond=0,
        )
        eur = await make_ready_vendor()
        for at in (
            clock.now(),
            midnight - timedelta(days=6),
            midnight - timedelta(days=6, seconds=1),
        ):
            await make_order(
                eur, status="processing", payment_status="paid", paid_at=at
            )
        dkk = await make_order(
            await make_ready_vendor(),
            payment_status="paid",
            paid_at=clock.now(),
            currency="DKK",
        )
        await make_refund(
            await make_payment(dkk, status="succeeded"),
            amount=1_000,
            vendor_part=999,
            succeeded_at=clock.now(),
        )
        await make_refund(
            await make_payment(await make_order(eur)),
            amount=1_000,
            vendor_part=999,
            succeeded_at=midnight - timedelta(days=9),
        )
        portal = await operator_in(client)

        text = words(await portal.get(HOME))

        assert (
            "EUR Sales €99.80 €49.90 today, 1 order +100% on the 7 days before" in text
        )
        assert "DKK Sales DKK 49.90 DKK 49.90 today, 1 order Commission" in text
        assert "Refunds DKK 10.00 DKK 10.00 today" in text
        assert "Refunds €0.00 €0.00 today" in text

    async def test_commission_is_what_the_books_say(
        self, client: TestClientProtocol
    ) -> None:
        """Earned today less what was given back."""
        order = await make_order(
            await make_ready_vendor(), payment_status="paid", paid_at=clock.now()
        )
        payment = await make_payment(order, status="succeeded")
        sale = postings.SaleFact(
            payment_id=payment.id,
            order_id=order.id,
            vendor_id=order.vendor_id,
            currency="EUR",
            total=order.total_amount_cents,
            commission=order.platform_fee_amount,
            stripe_id="pi_1",
        )
        async with unit.transaction() as tx:
            await ledger.post(tx, postings.sale(sale))
        portal = await operator_in(client)

        assert "Commission €1.24 €1.24 today" in words(await portal.get(HOME))
