"""The ledger in the database: append-only, balanced, once per fact, and equal to what Stripe
holds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from asyncpg import PostgresError
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException

from shared.finance.ledger import queries, service
from shared.finance.ledger.chart import Account, Entry, Posting
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
from shared.finance.ledger.postings import StripeFee, stripe_fee
from shared.finance.payments import jobs, sync
from shared.finance.payments.charges import note_charge
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PaymentState
from shared.finance.payments.service import (
    confirm_payment,
    create_payment_intent,
    record_charge,
)
from shared.infra import unit
from shared.trade.orders.models import Order
from tests.support.market import check_out, confirm, open_shop
from tests.support.money import assert_books_agree, booked, sell

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.both_engines  # triggers of each guard it
FEE = stripe_fee(StripeFee(1, 2, "EUR", 55, "txn_1"))


async def post(posting: Posting = FEE) -> bool:
    """Post in a transaction of its own."""
    async with unit.transaction() as tx:
        return await service.post(tx, posting)


async def insert_entry(posting: int, amount: int, account: str = "commission") -> None:
    """A line past the service, as a bug or a hand in the database would write it."""
    await get_connection("default").execute_query(
        "INSERT INTO ledger_entries (created_at, updated_at, posting_id, account, amount, "
        "currency, stripe_id)"
        f" VALUES ('2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', {posting}, "
        f"'{account}', {amount}, 'EUR', 'x')"
    )


async def write(*amounts: int, close: bool = True, account: str = "commission") -> None:
    """A posting with these lines, in a transaction of its own, past the service."""
    async with unit.transaction():
        row = await LedgerPosting.create(kind="k", key="k:1", subject="order:1")
        for amount in amounts:
            await insert_entry(row.id, amount, account)
        if close:
            await LedgerPosting.filter(id=row.id).update(is_closed=True)


async def post_and_fail() -> None:
    """A fact that goes wrong after its posting."""
    async with unit.transaction() as tx:
        await service.post(tx, FEE)
        raise ZeroDivisionError


REFUSED = (
    BaseORMException,
    PostgresError,
)  # the latter where a trigger speaks at commit


class TestWhatTheDatabaseRefuses:
    """Whoever asks."""

    async def test_an_entry_is_never_changed_and_never_deleted(
        self, database: str
    ) -> None:
        """Not by us either."""
        await post()
        with pytest.raises(BaseORMException, match="never changed"):
            await LedgerEntry.filter(account="stripe_fees").update(amount=1)
        with pytest.raises(BaseORMException, match=r"never (deleted|changed)"):
            await LedgerEntry.all().delete()
        assert sorted(await LedgerEntry.all().values_list("amount", flat=True)) == [
            -55,
            55,
        ]

    async def test_a_posting_is_never_changed_and_never_deleted(
        self, database: str
    ) -> None:
        """Closed is closed."""
        await post()
        for change in ({"kind": "other"}, {"is_closed": False}, {"key": "other:1"}):
            with pytest.raises(BaseORMException, match="never changed"):
                await LedgerPosting.all().update(**change)
        with pytest.raises(BaseORMException):
            await LedgerPosting.all().delete()

    async def test_a_closed_posting_takes_no_further_entry(self, database: str) -> None:
        """Or it would not come to zero any more."""
        await post()
        with pytest.raises(BaseORMException, match="no further entry"):
            await insert_entry((await LedgerPosting.get()).id, 5)

    async def test_a_posting_that_does_not_come_to_zero_cannot_be_closed(
        self, database: str
    ) -> None:
        """The check that is behind the one in Python."""
        with pytest.raises(REFUSED, match="nought"):
            await write(5)
        assert not await LedgerPosting.exists()

    async def test_an_empty_posting_cannot_be_closed(self, database: str) -> None:
        """A fact about money moves some."""
        with pytest.raises(REFUSED, match=r"needs entries|nought"):
            await write()

    @pytest.mark.postgres_only
    async def test_no_posting_commits_open(self, database: str) -> None:
        """PostgreSQL closes what is sound itself; SQLite has no trigger at commit, so there an open
        posting is a finding of reconciliation.
        """
        await write(5, -5, close=False)
        assert (await LedgerPosting.get()).is_closed

    @pytest.mark.parametrize(
        ("account", "amount"),
        [("petty_cash", 5), ("vendor_payable", 5), ("commission", 0)],
    )
    async def test_a_line_that_cannot_mean_anything(
        self, database: str, account: str, amount: int
    ) -> None:
        """An unknown account, a vendor's account without the vendor, an amount of zero."""
        with pytest.raises(REFUSED):
            await write(amount, account=account)


async def test_the_same_fact_is_posted_once(database: str) -> None:
    """Webhook and sweep tell it twice."""
    assert [await post(), await post()] == [True, False]
    assert await LedgerEntry.all().count() == 2


@pytest.mark.one_engine
async def test_a_failed_fact_leaves_no_posting(database: str) -> None:
    """All or nothing."""
    with pytest.raises(ZeroDivisionError):
        await post_and_fail()
    assert not await LedgerPosting.exists()


async def test_sales_leave_the_ledger_equal_to_stripes_balances(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Vendors in two currencies: what the ledger says is held at Stripe is what Stripe says, to the
    cent.
    """
    euros, crowns = (
        await open_shop(gateway, sandbox),
        await open_shop(gateway, sandbox, country="DK", price=33333),
    )
    for shop in (euros, crowns, euros):
        await sell(gateway, sandbox, shop)
    await assert_books_agree(sandbox)
    assert {row.balance.currency for row in await queries.trial_balance()} == {
        "EUR",
        "DKK",
    }


async def test_a_sale_told_twice_is_posted_once(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The webhook and the return page both tell it; the charge is read twice too."""
    payment = await sell(gateway, sandbox, await open_shop(gateway, sandbox))
    assert payment.stripe_payment_intent_id
    await confirm_payment(gateway, payment.stripe_payment_intent_id)
    assert payment.stripe_charge_id
    for _ in range(2):
        await record_charge(gateway, payment.stripe_charge_id)
    assert sorted(await LedgerPosting.all().values_list("key", flat=True)) == [
        f"sale:{payment.id}",
        f"stripe_fee:{payment.id}",
    ]


async def test_the_fee_is_posted_without_any_webhook(
    context: Context, sandbox: RunningSandbox, database: str
) -> None:
    """The job that reads the charge does it."""
    payment = await sell(
        context.gateway,
        sandbox,
        await open_shop(context.gateway, sandbox),
        note_charge=False,
    )
    await jobs.read_charge.run(context, {"payment_id": payment.id})
    assert await LedgerPosting.exists(key=f"stripe_fee:{payment.id}")


async def test_parked_money_is_nobodys_sale(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """What does not match its order waits for a person; the ledger says where it lies, and that it
    is unexplained.
    """
    purchase = await check_out(await open_shop(gateway, sandbox))
    view = await create_payment_intent(gateway, order_id=purchase.order_id)
    await Payment.filter(order_id=purchase.order_id).update(
        stripe_account_id="acct_other"
    )
    await confirm(sandbox, view.payment_intent_id)
    payment = await Payment.get(order_id=purchase.order_id)
    await sync.apply(
        payment.id, await gateway.payment_intents.get(view.payment_intent_id)
    )
    assert (await Payment.get(id=payment.id)).status == "parked"
    assert not await LedgerPosting.exists(kind="sale")
    await record_charge(
        gateway,
        str(
            payment.stripe_charge_id
            or (await gateway.payment_intents.get(view.payment_intent_id)).latest_charge
        ),
    )
    sandbox.advance(1)
    assert await booked(Account.SUSPENSE) == {"EUR": -4990}
    assert await booked(Account.VENDOR_PAYABLE) == {}


async def test_parked_money_that_matches_after_all_is_one_sale(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A person mended what was wrong: the order is paid, nothing stays unexplained, and no cent is
    counted twice.
    """
    purchase = await check_out(await open_shop(gateway, sandbox))
    view = await create_payment_intent(gateway, order_id=purchase.order_id)
    payment = await Payment.get(order_id=purchase.order_id)
    await Payment.filter(id=payment.id).update(stripe_account_id="acct_other")
    await confirm(sandbox, view.payment_intent_id)
    intent = await gateway.payment_intents.get(view.payment_intent_id)
    assert await sync.apply(payment.id, intent) is PaymentState.PARKED
    await Payment.filter(id=payment.id).update(
        stripe_account_id=payment.stripe_account_id
    )
    for _ in range(2):
        assert await sync.apply(payment.id, intent) is PaymentState.SUCCEEDED
    sandbox.advance(1)
    await record_charge(gateway, str(intent.latest_charge))
    assert (await Order.get(id=purchase.order_id)).payment_status == "paid"
    assert await booked(Account.SUSPENSE) == {}
    await assert_books_agree(sandbox)


@pytest.mark.one_engine
async def test_a_charge_that_tells_less_takes_nothing_away(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """What is known of fee, transfer and method stays, however little a later answer of Stripe's
    holds.
    """
    payment = await sell(gateway, sandbox, await open_shop(gateway, sandbox))
    charge = await gateway.charges.get(str(payment.stripe_charge_id))
    empty = {
        "transfer": None,
        "application_fee": None,
        "balance_transaction": None,
        "stripe_fee": None,
        "payment_method_type": None,
        "available_on": None,
    }
    before = await Payment.filter(id=payment.id).values()
    assert all(
        before[0][name]
        for name in (
            "stripe_transfer_id",
            "stripe_application_fee_id",
            "amount_stripe_fee",
        )
    )
    async with unit.transaction() as tx:
        told = replace(charge, **empty)  # type: ignore[arg-type]
        await note_charge(tx, payment.id, told)
    assert await Payment.filter(id=payment.id).values() == before


@pytest.mark.one_engine
async def test_a_line_keeps_what_it_was_given(database: str) -> None:
    """Account, amount, currency and the Stripe object."""
    entries = (
        Entry(Account.BANK_PLATFORM, 5, "EUR", "po_1"),
        Entry(Account.STRIPE_PLATFORM, -5, "EUR", "po_1"),
    )
    await post(Posting("payout", "payout:1", "payout:1", entries))
    rows = (
        await LedgerEntry.all()
        .order_by("id")
        .values_list("account", "amount", "currency", "stripe_id")
    )
    assert list(rows) == [
        ("bank_platform", 5, "EUR", "po_1"),
        ("stripe_platform", -5, "EUR", "po_1"),
    ]
