"""What tests about money share: a paid order, what Stripe holds, and the books against it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shared.core.settings import SANDBOX_SECRET_KEY
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger import queries
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import Account, Posting, lines
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payments.models import Payment
from shared.finance.payments.service import (
    confirm_payment,
    create_payment_intent,
    record_charge,
)
from shared.finance.refunds.models import Refund
from shared.infra import unit
from tests.support.market import check_out, confirm

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox

DAY = 86400


async def sell(
    gateway: Gateway,
    sandbox: RunningSandbox,
    shop: Shop,
    *,
    quantity: int = 1,
    card: str = "pm_card_visa",
    note_charge: bool = True,
) -> Payment:
    """One paid order whose charge is noted (unless told otherwise): money, transfer and fee are
    where they belong.
    """
    purchase = await check_out(shop, quantity=quantity)
    view = await create_payment_intent(gateway, order_id=purchase.order_id)
    await confirm(sandbox, view.payment_intent_id, card)
    await confirm_payment(gateway, view.payment_intent_id)
    sandbox.advance(1)
    payment = await Payment.get(order_id=purchase.order_id)
    assert payment.stripe_charge_id
    if not note_charge:
        return payment
    await record_charge(gateway, payment.stripe_charge_id)
    return await Payment.get(id=payment.id)


def stripe_get(sandbox: RunningSandbox, path: str, account: str | None = None) -> Any:
    """What Stripe answers to somebody with the platform's key."""
    headers = {"Authorization": f"Bearer {SANDBOX_SECRET_KEY}"} | (
        {"Stripe-Account": account} if account else {}
    )
    return json.loads(sandbox.request("GET", path, headers=headers)[1])


def held(sandbox: RunningSandbox, account: str | None = None) -> dict[str, int]:
    """What Stripe says an account holds, pending money included; currencies with nothing are left
    out.
    """
    balance = stripe_get(sandbox, "/v1/balance", account)
    sums: dict[str, int] = {}
    for line in (*balance["available"], *balance["pending"]):
        sums[line["currency"].upper()] = (
            sums.get(line["currency"].upper(), 0) + line["amount"]
        )
    return {currency: amount for currency, amount in sums.items() if amount}


async def booked(*accounts: Account, vendor_id: int | None = None) -> dict[str, int]:
    """What these accounts come to per currency, debits positive; of one vendor or of all.

    Zero is left out.
    """
    found: dict[str, int] = {}
    if vendor_id is None:
        rows = [
            (row.account, row.balance.currency, row.balance.amount)
            for row in await queries.trial_balance()
        ]
    else:
        rows = [
            (a, c, total)
            for (a, c), total in (await queries.of_vendor(vendor_id)).items()
        ]
    for account, currency, total in rows:
        if account in accounts:
            found[currency] = found.get(currency, 0) + total
    return {currency: amount for currency, amount in found.items() if amount}


async def assert_books_agree(sandbox: RunningSandbox) -> None:
    """The ledger comes to zero and says of each balance at Stripe exactly what Stripe says.

    At rest, that is: what a vendor has earned lies in its balance or is on its way to its bank.
    """
    assert await booked(*Account) == {}, "the ledger does not come to zero"
    await assert_payments_follow_refunds()
    assert await booked(Account.STRIPE_PLATFORM) == held(sandbox), (
        "the platform's balance"
    )
    for config in await VendorPaymentConfig.filter(stripe_account_id__not_isnull=True):
        mine = await booked(Account.STRIPE_VENDOR, vendor_id=config.vendor_id)
        assert mine == held(sandbox, config.stripe_account_id), (
            f"the balance of vendor {config.vendor_id}"
        )
        owed = await booked(
            Account.VENDOR_PAYABLE, Account.VENDOR_RESERVED, vendor_id=config.vendor_id
        )
        places = (
            Account.STRIPE_VENDOR,
            Account.STRIPE_HELD_VENDOR,
            Account.BANK_VENDOR,
        )
        lies = await booked(*places, vendor_id=config.vendor_id)
        assert {c: -a for c, a in owed.items()} == lies, (
            f"what vendor {config.vendor_id} has earned"
        )


async def assert_payments_follow_refunds() -> None:
    """A payment is refunded exactly when all of it has really gone back, and then says since
    when.
    """
    back: dict[int, int] = {}
    for payment_id, amount in await Refund.filter(status="succeeded").values_list(
        "payment_id", "amount"
    ):
        back[int(payment_id)] = back.get(int(payment_id), 0) + int(amount)
    taken = Payment.filter(status__in=["succeeded", "refunded"], amount_total__gt=0)
    for payment in await taken:
        gone = back.get(payment.id, 0) >= payment.amount_total
        said = (payment.status, payment.refunded_at is not None)
        assert said == (("refunded", True) if gone else ("succeeded", False)), (
            f"payment {payment.id}"
        )


async def bears(payment: Payment, amount: int) -> None:
    """The books say that the vendor bears so much more (or less) of an order: what a dispute would
    have posted.
    """
    n = await LedgerPosting.all().count()
    parts = (
        (Account.VENDOR_PAYABLE, amount, payment.vendor_id),
        (Account.DISPUTE_LOSSES, -amount, None),
    )
    entries = lines(payment.currency, f"test_{n}", *parts)
    async with unit.transaction() as tx:
        await ledger.post(
            tx,
            Posting(
                "correction",
                f"correction:test_{n}",
                f"order:{payment.order_id}",
                entries,
            ),
        )
