"""A marketplace is compared with Stripe: it is clean, or what was tampered with is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.settings import SANDBOX_SECRET_KEY
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.service import create_payment_intent
from shared.finance.reconciliation import repairs
from shared.finance.reconciliation.checks import unexplained_money
from shared.finance.recovery import movements
from shared.finance.recovery import service as clawback
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.movements import MadeMovement
from shared.finance.recovery.rules import MovementKind
from shared.finance.refunds.models import Refund
from shared.infra import unit
from shared.trade.orders.models import Order
from tests.support.market import check_out, confirm, open_shop, stripe_post
from tests.support.money import bears, held, sell
from tests.support.reconciling import (
    busy,
    expect,
    look,
    only_a_person,
    open_sandbox,
    sandbox,
    store,
    told,
)
from tests.support.sandbox import RunningSandbox
from tests.support.tamper import (
    alter_object,
    delete_object,
    forget_posting,
    sql,
    stand_in,
)

if TYPE_CHECKING:
    from pathlib import Path

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context

__all__ = ["open_sandbox", "sandbox", "store"]  # fixtures


async def test_a_busy_marketplace_is_clean(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Sales in two currencies, reversals, a transfer back: everything is explained, wholly and by
    the window.
    """
    await busy(gateway, sandbox)
    assert told(await look(gateway)) == []
    assert await look(gateway, full=False) == []


async def test_refunds_and_disputes_are_explained_line_by_line(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Made outside, unknown here: one finding each, and following them explains every line that
    they moved.
    """
    shop = await open_shop(gateway, sandbox, stock=9)
    payments = [await sell(gateway, sandbox, shop) for _ in range(4)]
    asked: tuple[dict[str, str], ...] = (
        {},
        {"reverse_transfer": "true"},
        {"reverse_transfer": "true", "refund_application_fee": "true"},
    )
    for payment, how in zip(payments, asked, strict=False):
        await stripe_post(
            sandbox,
            "/v1/refunds",
            payment_intent=str(payment.stripe_payment_intent_id),
            amount="2000",
            **how,
        )
    await expect(context, "refund_unknown", "refund_unknown", "refund_unknown")
    dispute = sandbox.control(
        "POST",
        "disputes",
        {"charge": payments[3].stripe_charge_id, "reason": "fraudulent"},
    )
    await expect(context, "dispute_unknown")
    sandbox.control("POST", f"disputes/{dispute['id']}/close", {"outcome": "won"})
    found = await expect(context, "dispute_differs")
    assert (found[0].our_side, found[0].stripe_side) == (
        "€49.90, needs response",
        "€49.90, won",
    )


async def test_our_rows_tampered_with(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Each is told by its name and mended: payments, charges, orders, claims, movements,
    accounts.
    """
    first, second, _ = await busy(gateway, sandbox)

    await sql(f"UPDATE payments SET status = 'pending' WHERE id = {first.id}")
    assert told(await look(gateway)) == [("order_unpaid", "confirm_payment")]
    await sql(
        f"UPDATE orders SET payment_status = 'pending' WHERE id = {first.order_id}"
    )
    await expect(context, "order_unpaid")
    assert (await Order.get(id=first.order_id)).payment_status == "paid"

    await sql(
        f"UPDATE orders SET payment_status = 'processing' WHERE id = {second.order_id}"
    )
    await expect(context, "order_behind")

    await sql(f"UPDATE payments SET amount_stripe_fee = 1 WHERE id = {first.id}")
    await expect(context, "charge_differs")
    await sql(
        "UPDATE payments SET stripe_charge_id = NULL, stripe_balance_transaction_id = NULL "
        f"WHERE id = {first.id}"
    )
    await expect(context, "charge_differs")

    await sql(f"UPDATE orders SET refunded_amount = 7 WHERE id = {second.order_id}")
    await expect(context, "refunded_miscounted")

    await sql("UPDATE claims SET taken = 0 WHERE subject = 'dispute:901'")
    await expect(context, "claim_miscounted")
    await bears(first, 200)
    await sql("UPDATE claims SET amount = 1200 WHERE subject = 'dispute:901'")
    await expect(context, "claim_unsettled")
    assert (await Claim.get(subject="dispute:901")).taken == 1200

    lost = await Movement.filter(claim__subject="dispute:901").order_by("id").first()
    assert lost is not None
    await sql(
        f"UPDATE movements SET status = 'opening', stripe_id = NULL WHERE id = {lost.id}"
    )
    await sql(
        f"UPDATE claims SET taken = taken - {lost.amount} WHERE subject = 'dispute:901'"
    )
    await expect(context, "movement_open")
    assert (await Movement.get(id=lost.id)).stripe_id == lost.stripe_id

    await sql(f"DELETE FROM movements WHERE id = {lost.id}")
    await expect(context, "movement_unknown")
    assert (await Movement.get(id=lost.id)).claim_id == lost.claim_id

    await sql(
        "UPDATE vendor_payment_configs SET payouts_enabled = false, stripe_account_status = "
        "'restricted'"
    )
    await expect(context, "account_differs", "account_differs")


async def test_a_claim_tampered_with_takes_nothing_more_from_the_vendor(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """What a vendor bears is told by its refund or dispute and the ledger together; a claim that
    says otherwise is set right.
    """
    shop = await open_shop(gateway, sandbox)
    payment, other = (
        await sell(gateway, sandbox, shop),
        await sell(gateway, sandbox, shop),
    )
    await stripe_post(
        sandbox,
        "/v1/refunds",
        payment_intent=str(payment.stripe_payment_intent_id),
        amount="1000",
    )
    sandbox.control(
        "POST", "disputes", {"charge": other.stripe_charge_id, "reason": "fraudulent"}
    )
    await expect(context, "refund_unknown", "dispute_unknown")
    for row in await Claim.all():
        before = row.amount, row.taken, held(sandbox, shop.account_id)
        await sql(f"UPDATE claims SET amount = amount * 2 WHERE id = {row.id}")
        found = await expect(context, "claim_miscounted")
        assert found[0].repair == "recount_claim"
        await clawback.settle(gateway, row.subject)
        row = await Claim.get(id=row.id)
        assert (row.amount, row.taken, held(sandbox, shop.account_id)) == before


async def test_a_repair_of_what_healed_meanwhile_makes_nothing_worse(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Money that was found without a posting, and has one by the time the operator presses the
    button, is not counted twice.
    """
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    reversal = await stripe_post(
        sandbox, f"/v1/transfers/{payment.stripe_transfer_id}/reversals", amount="700"
    )
    found = await look(gateway)
    assert told(found) == [("taken_by_hand", "book_taken")]
    await bears(payment, 700)
    async with unit.transaction() as tx:
        row = await clawback.set_claim(
            tx, subject="dispute:901", payment=payment, amount=700
        )
        number = (await Order.get(id=payment.order_id)).number
        transfer = str(payment.stripe_transfer_id)
        made = MadeMovement(MovementKind.REVERSAL, 700, transfer, reversal["id"])
        await movements.record(tx, row, made, order_number=number)
    assert (
        await unexplained_money.suspend(context, found[0].arguments)
        == "It is in the books meanwhile."
    )
    assert await look(gateway) == []


async def test_what_a_vendor_has_earned_lies_somewhere(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A refund that the ledger lost moved no money at Stripe, and is missed all the same; what
    nobody can explain is a person's.
    """
    first, second, _ = await busy(gateway, sandbox)
    await stripe_post(
        sandbox,
        "/v1/refunds",
        payment_intent=str(first.stripe_payment_intent_id),
        amount="500",
    )
    await expect(context, "refund_unknown")
    refund = await Refund.get()
    await forget_posting(f"refund:{refund.id}")
    (found,) = await look(gateway)
    assert (found.kind, found.vendor_id, found.repair) == (
        "earned_differs",
        first.vendor_id,
        "post_refunds",
    )
    assert f"lacks postings of refund {refund.id}" in found.text
    assert repairs.would(found.repair, found.arguments).startswith(
        f"Post refund {refund.id} to the ledger again"
    )
    assert told(await look(gateway, full=False)) == [("earned_differs", "post_refunds")]
    await expect(context, "earned_differs")
    await bears(second, 100)
    found = await only_a_person(context, "earned_differs")
    assert (found.vendor_id, "nothing found so far explains it" in found.text) == (
        second.vendor_id,
        True,
    )


async def test_stripe_tampered_with(
    database: str,
    context: Context,
    gateway: Gateway,
    sandbox: RunningSandbox,
    store: Path,
) -> None:
    """What Stripe says otherwise needs a person; what Stripe moved by itself is followed or
    parked.
    """
    first, second, third = await busy(gateway, sandbox)
    intent = str(first.stripe_payment_intent_id)

    alter_object(store, intent, amount=1)
    assert (await only_a_person(context, "payment_differs")).stripe_id == intent
    alter_object(store, intent, amount=4990, status="processing")
    await only_a_person(context, "payment_differs")
    alter_object(store, intent, status="succeeded")
    with stand_in(store) as db:
        kept = db.execute(
            "SELECT id, platform, scope, object, created, body, hidden FROM docs WHERE id = ?",
            (intent,),
        ).fetchone()
    delete_object(store, intent)
    assert (await only_a_person(context, "payment_missing")).stripe_id == intent
    with stand_in(store) as db:
        db.execute(
            (
                "INSERT INTO docs (id, platform, scope, object, created, body, hidden) VALUES (?, "
                "?, ?, ?, ?, ?, ?)"
            ),
            kept,
        )
    assert await look(gateway) == []

    account = (
        await VendorPaymentConfig.get(vendor_id=first.vendor_id)
    ).stripe_account_id
    sandbox.control(
        "POST",
        f"accounts/{account}",
        {"payouts_enabled": False, "disabled_reason": "under_review"},
    )
    await expect(context, "account_differs")

    await stripe_post(
        sandbox, f"/v1/transfers/{third.stripe_transfer_id}/reversals", amount="300"
    )
    found = await expect(context, "taken_by_hand")
    assert (found[0].our_side, found[0].stripe_side) == ("none", "€3.00")
    made = await stripe_post(
        sandbox,
        f"/v1/application_fees/{third.stripe_application_fee_id}/refunds",
        amount="20",
    )
    assert made["object"] == "fee_refund", made
    await expect(context, "movement_unknown")
    other = (
        await VendorPaymentConfig.get(vendor_id=second.vendor_id)
    ).stripe_account_id
    headers = {
        "Authorization": f"Bearer {SANDBOX_SECRET_KEY}",
        "Stripe-Account": str(other),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    form = (
        "amount=8000&currency=dkk&payment_method=pm_card_visa&confirm=true"
        "&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never"
    )
    status, body = sandbox.request("POST", "/v1/payment_intents", form, headers)
    assert status == 200, body
    sandbox.advance(2)
    await expect(context, "money_unexplained", "money_unexplained")

    with stand_in(store) as db:
        db.execute(
            (
                "UPDATE balances SET net = net + 7 WHERE scope = ? AND currency = 'eur' AND "
                "available_on = (SELECT max(available_on) FROM balances WHERE scope = ?)"
            ),
            (account, account),
        )
    await only_a_person(context, "balance_differs")


async def test_a_success_that_nobody_heard_of_is_found_by_its_intent(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Even when the answer that brought the intent's id was lost with everything else."""
    shop = await open_shop(gateway, sandbox)
    purchase = await check_out(shop)
    view = await create_payment_intent(gateway, order_id=purchase.order_id)
    await confirm(sandbox, view.payment_intent_id)
    sandbox.advance(1)
    await sql("UPDATE payments SET stripe_payment_intent_id = NULL, status = 'opening'")
    found = await look(gateway)
    assert told(found) == [("order_unpaid", "confirm_payment")]
    assert "Read payment" in repairs.would(found[0].repair, found[0].arguments)
    await repairs.apply(context, found[0].id, actor="test")
    assert (await Order.get(id=purchase.order_id)).payment_status == "paid"
    await expect(context, "fee_unposted")  # the charge's own job is a minute away
