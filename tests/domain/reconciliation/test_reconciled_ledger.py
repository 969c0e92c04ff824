"""The ledger is compared with Stripe: lines that are gone or wrong, money that was parked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.core.settings import SANDBOX_SECRET_KEY
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payouts.models import Payout
from shared.finance.reconciliation import repairs
from shared.finance.reconciliation.checks import suspense, unexplained_money
from shared.finance.reconciliation.findings import RepairName
from shared.finance.refunds.models import Refund
from shared.infra import unit
from tests.support.market import stripe_post
from tests.support.money import DAY
from tests.support.reconciling import (
    busy,
    expect,
    look,
    open_sandbox,
    sandbox,
    store,
    told,
)
from tests.support.sandbox import RunningSandbox
from tests.support.tamper import (
    forget_posting,
    sql,
)

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context

__all__ = ["open_sandbox", "sandbox", "store"]  # fixtures


async def test_the_ledger_tampered_with(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Postings that are gone, that nothing stands behind, and money that nobody knows."""
    first, second, third = await busy(gateway, sandbox)
    await stripe_post(
        sandbox,
        "/v1/refunds",
        payment_intent=str(third.stripe_payment_intent_id),
        amount="500",
    )
    await expect(context, "refund_unknown")
    refund = await Refund.get()
    dispute = sandbox.control(
        "POST", "disputes", {"charge": second.stripe_charge_id, "reason": "fraudulent"}
    )
    await expect(context, "dispute_unknown")

    await forget_posting(f"sale:{first.id}")
    await expect(context, "sale_unposted")
    await forget_posting(f"stripe_fee:{second.id}")
    await expect(context, "fee_unposted")
    await forget_posting(f"refund_paid:{refund.id}")
    found = await expect(context, "money_unposted")
    assert found[0].repair == "follow_refund"

    async with unit.transaction() as tx:
        await ledger.post(
            tx,
            postings.sale(
                postings.SaleFact(
                    9999,
                    1,
                    first.vendor_id,
                    "EUR",
                    5000,
                    100,
                    "pi_never",
                )
            ),
        )
    found = await expect(context, "posting_unexplained")
    assert found[0].repair == "reverse_posting"
    assert dispute["status"] == "needs_response"


async def test_money_is_parked_again_when_its_explanation_was_none(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Parked, explained by a payout's posting, which turned out to stand for nothing: each time one
    finding, and one repair.
    """
    taken = {
        "amount": "900",
        "currency": "eur",
        "payment_method": "pm_card_visa",
        "confirm": "true",
    }
    automatic = {
        "automatic_payment_methods[enabled]": "true",
        "automatic_payment_methods[allow_redirects]": "never",
    }
    own = await stripe_post(sandbox, "/v1/payment_intents", **taken, **automatic)
    sandbox.advance(2)
    for number in (1, 2, 3):
        (found,) = await look(gateway)
        assert told([found]) == [("money_unexplained", "suspend")]
        assert (
            await repairs.apply(context, found.id, actor="test")
            == "Parked as unexplained."
        )
        assert (
            await unexplained_money.suspend(context, found.arguments)
            == "It is in the books meanwhile."
        )
        assert await look(gateway) == []
        ((row, _, net, _),) = found.arguments["transactions"]
        async with unit.transaction() as tx:
            await ledger.post(
                tx,
                postings.payout_sent(
                    postings.PaidOut(
                        9000 + number,
                        None,
                        "EUR",
                        -net,
                        own["id"],
                    )
                ),
            )
        explained = [
            one for one in await look(gateway) if one.kind == "suspense_explained"
        ]
        for _ in range(2):
            assert (
                await suspense.clear_suspense(context, explained[0].arguments)
                == "Taken out of suspense."
            )
        assert (
            await unexplained_money.suspend(context, found.arguments)
            == "It is in the books meanwhile."
        )
        sent = {"keys": [f"payout_sent:{9000 + number}"]}
        await repairs.carry_out(context, RepairName.REVERSE_POSTING, sent)
    keys = (
        await LedgerPosting.filter(kind__in=["unexplained", "explained"])
        .order_by("id")
        .values_list("key", flat=True)
    )
    names = [
        f"{kind}:{row}{again}"
        for again in ("", ":2", ":3")
        for kind in ("unexplained", "explained")
    ]
    assert list(keys) == names
    await expect(context, "money_unexplained")


@pytest.mark.sqlite_only
async def test_a_posting_that_was_left_open_is_closed(
    database: str, context: Context, sandbox: RunningSandbox
) -> None:
    """PostgreSQL refuses it at commit; SQLite has no trigger for that."""
    async with unit.transaction():
        row = await LedgerPosting.create(
            kind="correction", key="correction:1", subject="order:1"
        )
        for account, amount in (("commission", 5), ("stripe_fees", -5)):
            await sql(
                "INSERT INTO ledger_entries (created_at, updated_at, posting_id, account, amount, "
                "currency, stripe_id)"
                f" VALUES ('2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', {row.id}, "
                f"'{account}', {amount}, 'EUR', 'x')"
            )
    await expect(context, "posting_open")


async def test_payouts_are_explained_until_they_arrive_and_when_they_come_back(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Stripe's own schedule made them; each state is one finding, and following it is enough."""
    payments = await busy(gateway, sandbox)
    account = (
        await VendorPaymentConfig.get(vendor_id=payments[0].vendor_id)
    ).stripe_account_id
    headers = {
        "Authorization": f"Bearer {SANDBOX_SECRET_KEY}",
        "Stripe-Account": str(account),
    }
    sandbox.advance(4 * DAY)
    sandbox.request(
        "POST",
        "/v1/balance_settings",
        "payments[payouts][schedule][interval]=daily",
        headers,
    )
    sandbox.advance(DAY)
    found = [row for row in await look(gateway) if row.kind != "account_differs"]
    assert {row.kind for row in found} == {"payout_unknown"}
    await repairs.apply_all(context, found[0].run_id, actor="test")
    assert await look(gateway) == []
    sandbox.advance(5 * DAY)
    found = await look(gateway)
    assert {row.kind for row in found} <= {"payout_differs", "payout_unknown"}
    assert found
    await repairs.apply_all(context, found[0].run_id, actor="test")
    assert await look(gateway) == []
    payout = await Payout.filter(vendor_id=payments[0].vendor_id).order_by("id").first()
    assert payout is not None
    sandbox.control(
        "POST",
        f"payouts/{payout.stripe_payout_id}/fail",
        {"failure_code": "account_closed"},
    )
    found = await look(gateway)
    assert sorted(row.kind for row in found) == ["account_differs", "payout_differs"]
    await repairs.apply_all(context, found[0].run_id, actor="test")
    assert await look(gateway) == []
    await forget_posting(f"payout_sent:{payout.id}")
    await expect(context, "money_unposted")
