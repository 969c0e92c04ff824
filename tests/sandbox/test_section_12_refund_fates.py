"""stripe-facts 7 and 12: refunds that wait, arrive late, or come back."""

from typing import Any

import pytest

from tests.support.standin_errors import refused
from tests.support.standin_payments import funded, paid, sold
from tests.support.standin_rows import rows

DAY = 86400


async def money_of(platform, **options: Any):
    """Available and pending, together."""
    balance = await platform.v1.balance.retrieve_async({}, options)
    return balance.available[0].amount + balance.pending[0].amount


async def test_a_slow_refund_is_pending_then_succeeds(platform):
    await funded(platform)
    charge = await paid(platform, method="pm_card_pendingRefund")
    refund = await platform.v1.refunds.create_async({"charge": charge.id})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    assert (await platform.v1.charges.retrieve_async(charge.id)).amount_refunded == 1000
    before = len(platform.kinds())
    platform.sandbox.advance(120)
    done = await platform.v1.refunds.retrieve_async(refund.id)
    assert (done.status, "pending_reason" in done) == ("succeeded", False)
    assert platform.kinds(before) == ["refund.updated"]
    [event] = platform.events("refund.updated")
    assert event["data"]["previous_attributes"] == {
        "status": "pending",
        "pending_reason": "processing",
    }


async def test_a_refund_that_fails_brings_the_money_back(platform):
    await funded(platform)
    charge = await paid(platform, method="pm_card_refundFail")
    at = await money_of(platform)
    refund = await platform.v1.refunds.create_async(
        {"charge": charge.id, "amount": 400}
    )
    assert refund.status == "succeeded"
    assert await money_of(platform) == at - 400
    before = len(platform.kinds())

    platform.sandbox.advance(120)

    failed = await platform.v1.refunds.retrieve_async(
        refund.id, {"expand": ["failure_balance_transaction"]}
    )
    assert (failed.status, failed.failure_reason) == (
        "failed",
        "expired_or_canceled_card",
    )
    row = failed.failure_balance_transaction
    assert (row.type, row.net, row.source) == ("refund_failure", 400, refund.id)
    assert await money_of(platform) == at
    seen = await platform.v1.charges.retrieve_async(charge.id)
    assert (seen.amount_refunded, seen.refunded) == (0, False)
    assert platform.kinds(before) == ["refund.failed"]


async def test_a_refund_that_waits_for_the_shopper_can_be_called_back(platform):
    """Asked in the control API, since cards never ask; the money and the charge are as before."""
    await funded(platform)
    charge = await paid(platform, method="pm_card_pendingRefund")
    at = await money_of(platform)
    refund = await platform.v1.refunds.create_async(
        {"charge": charge.id, "amount": 400}
    )
    platform.control("POST", f"refunds/{refund.id}/ask")
    waits = await platform.v1.refunds.retrieve_async(refund.id)
    assert (waits.status, "pending_reason" in waits) == ("requires_action", False)
    platform.sandbox.advance(120)
    before = len(platform.kinds())

    called = await platform.v1.refunds.cancel_async(
        refund.id, {"expand": ["failure_balance_transaction"]}
    )

    assert (called.status, called.failure_balance_transaction.net) == ("canceled", 400)
    assert await money_of(platform) == at
    assert (await platform.v1.charges.retrieve_async(charge.id)).amount_refunded == 0
    assert platform.kinds(before) == ["refund.updated"]
    assert (
        await refused(platform.v1.refunds.cancel_async(refund.id))
    ).http_status == 400
    assert (
        await platform.v1.refunds.create_async({"charge": charge.id})
    ).amount == 1000


async def test_only_a_refund_under_way_can_wait_for_the_shopper(platform):
    """One that has arrived is over."""
    await funded(platform)
    refund = await platform.v1.refunds.create_async(
        {"charge": (await paid(platform)).id}
    )
    with pytest.raises(
        RuntimeError, match="succeeded: only one that is still being processed"
    ):
        platform.control("POST", f"refunds/{refund.id}/ask")
    with pytest.raises(RuntimeError, match="404 There is no refund"):
        platform.control("POST", "refunds/re_none/ask")
    with pytest.raises(RuntimeError, match="has no boredom here"):
        platform.control("POST", f"refunds/{refund.id}/ask", {"boredom": True})


async def test_after_a_failed_refund_the_seller_is_not_asked_twice(platform):
    await funded(platform)
    account = await platform.vendor()
    charge = await paid(
        platform,
        method="pm_card_refundFail",
        transfer_data={"destination": account},
        application_fee_amount=100,
    )
    given = {
        "charge": charge.id,
        "amount": 400,
        "reverse_transfer": True,
        "refund_application_fee": True,
    }
    await platform.v1.refunds.create_async(given)
    platform.sandbox.advance(120)
    again = await platform.v1.refunds.create_async(given)
    assert again.transfer_reversal is None
    transfer = await platform.v1.transfers.retrieve_async(charge.transfer)
    fee = await platform.v1.application_fees.retrieve_async(charge.application_fee)
    assert (transfer.amount_reversed, fee.amount_refunded) == (400, 40)


async def test_a_platform_that_is_short_of_money_owes_the_refund(platform):
    charge = await paid(platform)  # 941 is all there is
    refund = await platform.v1.refunds.create_async({"charge": charge.id})
    assert (refund.status, refund.pending_reason, refund.balance_transaction) == (
        "pending",
        "insufficient_funds",
        None,
    )
    assert (await platform.v1.charges.retrieve_async(charge.id)).refunded is True
    assert await rows(platform) == [("charge", 1000, 59, 941)]

    platform.sandbox.advance(DAY)
    assert (await platform.v1.refunds.retrieve_async(refund.id)).status == "pending"
    assert platform.kinds()[-1] == "charge.refunded"  # nothing changed, nothing is told

    await funded(platform)
    platform.sandbox.advance(DAY)
    done = await platform.v1.refunds.retrieve_async(refund.id)
    assert (done.status, "pending_reason" in done) == ("succeeded", False)
    assert done.balance_transaction
    assert (await rows(platform))[-1] == ("refund", -1000, 0, -1000)
    assert platform.kinds()[-1] == "refund.updated"


async def test_where_cover_is_needed_a_seller_that_is_short_of_money_stops_a_refund_with_reversal(
    platform,
):
    platform.control("PUT", "settings", {"destination_reversals": "covered"})
    await funded(platform)
    charge, account = await sold(platform)
    of = {"stripe_account": account}
    error = await refused(
        platform.v1.refunds.create_async(
            {"charge": charge.id, "reverse_transfer": True}
        )
    )
    # 877 is there, the fee is not asked back.
    assert (error.http_status, error.code) == (
        400,
        "balance_insufficient",
    )
    assert (await platform.v1.charges.retrieve_async(charge.id)).amount_refunded == 0
    assert (await platform.v1.refunds.list_async({})).data == []
    assert await rows(platform, **of) == [("payment", 1000, 123, 877)]
    given = {
        "charge": charge.id,
        "reverse_transfer": True,
        "refund_application_fee": True,
    }
    assert (await platform.v1.refunds.create_async(given)).status == "succeeded"
    assert await money_of(platform, **of) == 0


async def test_a_refund_with_reversal_may_leave_the_seller_below_zero(platform):
    charge, account = await sold(platform)
    refund = await platform.v1.refunds.create_async(
        {"charge": charge.id, "reverse_transfer": True}
    )
    assert refund.status == "succeeded"
    assert await money_of(platform, stripe_account=account) == -123
    assert await money_of(platform) == 64


async def test_what_comes_back_from_the_seller_pays_for_the_refund(platform):
    """The platform has only its fee; the reversal comes first."""
    charge, _ = await sold(platform)
    given = {"charge": charge.id, "amount": 1000, "reverse_transfer": True}
    # 64 on the platform, 877 with the seller.
    refund = await platform.v1.refunds.create_async({**given, "amount": 500})
    assert refund.status == "succeeded"
    assert await money_of(platform) == 64


async def test_what_was_charged_back_cannot_be_refunded_as_well(platform):
    await funded(platform)
    charge = await paid(platform, method="pm_card_createDispute")
    platform.settle()
    error = await refused(platform.v1.refunds.create_async({"charge": charge.id}))
    assert (error.http_status, error.code) == (400, "charge_disputed")
    assert (
        error.user_message
        == f"Charge {charge.id} has been charged back; cannot issue a refund."
    )


async def test_what_the_bank_only_asks_about_can_be_refunded(platform):
    await funded(platform)
    charge = await paid(platform, method="pm_card_createDisputeInquiry")
    platform.settle()
    assert (await platform.v1.charges.retrieve_async(charge.id)).disputed is True
    assert (
        await platform.v1.refunds.create_async({"charge": charge.id})
    ).status == "succeeded"


async def test_a_refund_that_waits_fails_once_its_charge_is_charged_back(platform):
    charge = await paid(platform, method="pm_card_createDispute")
    refund = await platform.v1.refunds.create_async(
        {"charge": charge.id, "amount": 950}
    )
    assert refund.status == "pending"
    platform.settle()  # the bank takes the other 50
    platform.sandbox.advance(DAY)
    failed = await platform.v1.refunds.retrieve_async(refund.id)
    assert (failed.status, failed.failure_reason) == (
        "failed",
        "charge_for_pending_refund_disputed",
    )
    assert (
        "failure_balance_transaction" not in failed
    )  # nothing was taken, nothing comes back
    assert (await platform.v1.charges.retrieve_async(charge.id)).amount_refunded == 0


async def test_only_what_was_captured_can_be_charged_back(platform):
    held = await platform.pay("pm_card_createDispute", capture_method="manual")
    await platform.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 600})
    platform.settle()
    [dispute] = (
        await platform.v1.disputes.list_async({"charge": held.latest_charge})
    ).data
    assert dispute.amount == 600
