"""What an instant payout costs: previewed, booked and told exactly as Stripe's balance transactions
have it.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from portal.payouts.sentences import no_instant
from shared.core.money import Money
from shared.core.words import words
from shared.finance.ledger.chart import Account
from shared.finance.payouts import breakdown, instant_payouts, operator_holds, sync
from shared.finance.payouts.errors import AmountChanged, NothingToPayOut
from shared.finance.payouts.instant_payouts import NothingToSend
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.reconciliation import repairs, service
from shared.finance.reconciliation.models import Difference
from shared.finance.statements import entries
from shared.finance.statements.months import month_of
from shared.finance.statements.rules import invoice
from shared.infra.gateway.errors import StripeUnavailable
from tests.support.market import open_shop
from tests.support.money import assert_books_agree, booked, held, stripe_get
from tests.support.payouts import new_bank, ready, swept, time_of, work
from tests.support.tamper import forget_posting

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.payouts import Time
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
SHARE = 4990 - 125
FEE = 49  # one per cent, half up
NET = SHARE - FEE


async def with_money(
    gateway: Gateway, sandbox: RunningSandbox, time: Time, bank: str = "000123456788"
) -> Shop:
    """A vendor with one sale's share that can leave at once."""
    shop = await open_shop(gateway, sandbox, stock=9)
    await new_bank(sandbox, shop.account_id, bank)
    await ready(gateway, sandbox, time, shop)
    return shop


async def pay(
    gateway: Gateway,
    shop: Shop,
    amount: int = NET,
    fee: int = FEE,
) -> Payout:
    return await instant_payouts.pay(
        gateway,
        vendor_id=shop.vendor_id,
        amount=Money(amount, "EUR"),
        actor="member:1",
        fee=fee,
    )


def transaction(
    sandbox: RunningSandbox, row: Payout, which: str = "balance_transaction"
) -> dict[str, Any]:
    """Stripe's row of a payout, by the payout's own field."""
    found = stripe_get(
        sandbox, f"/v1/payouts/{row.stripe_payout_id}", row.stripe_account_id
    )
    row_: dict[str, Any] = stripe_get(
        sandbox, f"/v1/balance_transactions/{found[which]}", row.stripe_account_id
    )
    return row_


class TestPreview:
    async def test_it_is_what_the_balance_transaction_says(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """To the cent, whatever the price is made of; nothing stays behind."""
        sandbox.control("POST", "instant_pricing", {"percentage": 1.5, "fixed": 33})
        with time_of(sandbox) as time:
            shop = await with_money(gateway, sandbox, time)
            offer = await instant_payouts.preview(
                gateway, vendor_id=shop.vendor_id, currency="EUR"
            )
            assert (offer.takes, offer.is_most) == (Money(SHARE, "EUR"), False)
            row = await pay(gateway, shop, offer.amount.amount, offer.fee.amount)
            told = transaction(sandbox, row)
            assert (told["amount"], told["fee"]) == (
                -offer.amount.amount,
                offer.fee.amount,
            )
            assert (row.amount, row.fee) == (-told["amount"], told["fee"])
            assert held(sandbox, shop.account_id) == {}
            await assert_books_agree(sandbox)

    async def test_of_less_than_all_it_is_the_most_that_it_can_be(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A reserve stays untouched, and what is booked is what it really was."""
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await new_bank(sandbox, shop.account_id)
            await operator_holds.set_reserve(
                vendor_id=shop.vendor_id, percentage=Decimal(50), days=30, actor="test"
            )
            await ready(gateway, sandbox, time, shop)
            await work(context)
            offer = await instant_payouts.preview(
                gateway, vendor_id=shop.vendor_id, currency="EUR"
            )
            assert (offer.takes, offer.fee, offer.is_most) == (
                Money(SHARE // 2, "EUR"),
                Money(FEE, "EUR"),
                True,
            )
            row = await pay(gateway, shop, offer.amount.amount, offer.fee.amount)
            assert row.fee == transaction(sandbox, row)["fee"] == 24
            await assert_books_agree(sandbox)
            assert await booked(Account.VENDOR_RESERVED, vendor_id=shop.vendor_id) == {
                "EUR": -(SHARE + 1) // 2
            }

    async def test_a_price_that_rose_since_is_shown_first(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Nobody pays more than was shown."""
        with time_of(sandbox) as time:
            shop = await with_money(gateway, sandbox, time)
            sandbox.control("POST", "instant_pricing", {"percentage": 2})
            with pytest.raises(AmountChanged):
                await pay(gateway, shop, 1000)
            assert await Payout.all().count() == 0

    async def test_what_does_not_cover_the_fee_is_not_offered(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A sentence instead."""
        sandbox.control("POST", "instant_pricing", {"least": 3000})
        with time_of(sandbox) as time:
            shop = await open_shop(gateway, sandbox)
            await new_bank(sandbox, shop.account_id)
            await operator_holds.set_reserve(
                vendor_id=shop.vendor_id, percentage=Decimal(50), days=30, actor="test"
            )
            await ready(gateway, sandbox, time, shop)
            await work(context)
            with pytest.raises(NothingToSend) as refused:
                await pay(gateway, shop, 1, 3000)
            assert "would not cover the fee" in no_instant(refused.value.offer)
            assert await Payout.all().count() == 0

    async def test_what_stripe_was_asked_for_and_has_not_answered_is_spoken_for_with_its_fee(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The balance is not offered a second time."""
        with time_of(sandbox) as time:
            shop = await with_money(gateway, sandbox, time)
            sandbox.breaks("/v1/payouts", "reset_before", times=3)
            with pytest.raises(StripeUnavailable):
                await pay(gateway, shop)
            row = await Payout.get()
            assert (row.status, row.fee) == ("opening", FEE)
            with pytest.raises(NothingToPayOut):
                await pay(gateway, shop, 1)


class TestBooks:
    async def test_the_vendor_pays_it_and_the_marketplace_earns_it(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """As commission; the payout's items are its amount and the fee."""
        with time_of(sandbox) as time:
            shop = await with_money(gateway, sandbox, time)
            before = (await booked(Account.COMMISSION))["EUR"]
            row = await pay(gateway, shop)
            assert (await booked(Account.COMMISSION))["EUR"] == before - FEE
            assert (
                sum([int(i.amount) for i in await PayoutItem.filter(payout_id=row.id)])
                == NET + FEE
            )
            view = await breakdown.payout_of(row.id)
            assert (
                view.rest.amount,
                view.payout.fee.amount,
                view.kept.amount,
            ) == (0, FEE, 0)

    async def test_it_stands_on_the_months_invoice(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The marketplace's service to the vendor, like its commission on the sale."""
        with time_of(sandbox) as time:
            shop = await with_money(gateway, sandbox, time)
            await pay(gateway, shop)
            sheet = await entries.read_open(
                shop.vendor_id, "EUR", month_of(time.now, UTC), UTC, None
            )
            charged = [
                (words("statements.lines", line.kind, market="")["charged"], line.gross)
                for line in invoice(sheet.lines, Decimal(17)).lines
            ]
            assert charged[-1] == ("Fee for an instant payout", FEE)
            last = sheet.lines[-1]
            assert (
                last.gross,
                last.commission,
                last.net,
                last.balance,
            ) == (0, -FEE, -FEE, NET)

    @pytest.mark.parametrize("comes_back", [True, False])
    async def test_what_stripe_gives_back_of_it_is_what_is_booked_when_the_payout_fails(
        self,
        context: Context,
        gateway: Gateway,
        sandbox: RunningSandbox,
        comes_back: bool,
    ) -> None:
        """All of it or nothing, by the rows of the failure."""
        sandbox.control("POST", "instant_pricing", {"comes_back": comes_back})
        with time_of(sandbox) as time:
            shop = await with_money(gateway, sandbox, time, "000888888883")
            row = await pay(gateway, shop)
            time.days(1)
            await swept(context)
            await row.refresh_from_db()
            assert row.status == "failed"
            assert transaction(sandbox, row, "failure_balance_transaction")["fee"] == (
                -FEE if comes_back else 0
            )
            await assert_books_agree(sandbox)
            assert held(sandbox, shop.account_id) == {
                "EUR": SHARE if comes_back else NET
            }
            assert (await breakdown.payout_of(row.id)).kept.amount == (
                0 if comes_back else FEE
            )

    async def test_one_made_in_the_dashboard_is_adopted_with_its_fee(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The same rows as one of ours."""
        with time_of(sandbox) as time:
            shop = await with_money(gateway, sandbox, time)
            made = await gateway.payouts.create(
                shop.account_id,
                amount=1000,
                currency="EUR",
                instant=True,
                metadata={},
                key="dashboard:1",
            )
            await sync.sync_payout(gateway, shop.account_id, made.id)
            row = await Payout.get()
            assert (row.requested_by, row.fee) == ("dashboard", 10)
            await assert_books_agree(sandbox)


class TestReconciliation:
    async def differs(self, context: Context) -> list[str]:
        """What differs; everything is repaired, and then nothing does."""
        run = await service.reconcile(
            context.gateway, started_by="test", full=True, grace=timedelta(0)
        )
        found = [
            str(kind)
            for kind in await Difference.filter(run_id=run.id).values_list(
                "kind", flat=True
            )
        ]
        if found:
            await repairs.apply_all(context, run.id, actor="test")
            assert await self.differs(context) == []
        return found

    async def test_both_sides_of_a_fee_are_one_difference_with_their_payout(
        self, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Unknown, lost from the books, come back, lost again: told once each, and repaired from
        Stripe's rows.
        """
        with time_of(sandbox) as time:
            shop = await with_money(gateway, sandbox, time, "000888888883")
            assert await self.differs(context) == []
            await gateway.payouts.create(
                shop.account_id,
                amount=NET,
                currency="EUR",
                instant=True,
                metadata={},
                key="dashboard:1",
            )
            assert await self.differs(context) == ["payout_unknown"]
            row = await Payout.get()
            await forget_posting(f"payout_sent:{row.id}")
            assert await self.differs(context) == ["money_unposted"]
            await assert_books_agree(sandbox)
            time.days(1)
            assert await self.differs(context) == ["payout_differs"]
            await forget_posting(f"payout_returned:{row.id}")
            assert await self.differs(context) == ["money_unposted"]
            await assert_books_agree(sandbox)
            assert held(sandbox, shop.account_id) == {"EUR": SHARE}
