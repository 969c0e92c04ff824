"""stripe-facts 3, 12 and 18: giving money back, whole and in parts, and who bears it."""

import pytest

from tests.support.standin_errors import refused
from tests.support.standin_payments import funded, paid, sold
from tests.support.standin_rows import rows


async def test_a_refund_is_of_all_that_is_left(platform):
    await funded(platform)
    charge = await paid(platform)
    before = len(platform.kinds())
    given = {
        "charge": charge.id,
        "amount": 300,
        "reason": "requested_by_customer",
        "metadata": {"order": "1"},
    }
    part = await platform.v1.refunds.create_async(given)
    rest = await platform.v1.refunds.create_async(
        {"payment_intent": charge.payment_intent}
    )

    assert (part.amount, part.status, part.reason, part.metadata.order) == (
        300,
        "succeeded",
        "requested_by_customer",
        "1",
    )
    assert (rest.amount, rest.charge, rest.payment_intent) == (
        700,
        charge.id,
        charge.payment_intent,
    )
    assert platform.kinds(before) == ["refund.created", "charge.refunded"] * 2
    shown = [e["data"]["object"] for e in platform.events("charge.refunded")]
    assert [(c["amount_refunded"], c["refunded"]) for c in shown] == [
        (300, False),
        (1000, True),
    ]
    assert [e["data"]["object"]["id"] for e in platform.events("refund.created")] == [
        part.id,
        rest.id,
    ]


async def test_a_refund_makes_a_row_without_a_fee_and_stripe_keeps_its_own(platform):
    await funded(platform)
    charge = await paid(platform)
    refund = await platform.v1.refunds.create_async(
        {"charge": charge.id, "expand": ["balance_transaction"]}
    )
    row = refund.balance_transaction
    assert (row.type, row.amount, row.fee, row.net, row.source) == (
        "refund",
        -1000,
        0,
        -1000,
        refund.id,
    )
    assert (await rows(platform))[1:] == [
        ("charge", 1000, 59, 941),
        ("refund", -1000, 0, -1000),
    ]


async def test_what_a_refund_takes_is_pending_as_long_as_what_it_gives_back(platform):
    await funded(platform)
    charge = await paid(platform)
    before = await platform.v1.balance.retrieve_async()
    await platform.v1.refunds.create_async({"charge": charge.id})
    after = await platform.v1.balance.retrieve_async()
    assert after.available[0].amount == before.available[0].amount
    assert after.pending[0].amount == before.pending[0].amount - 1000


async def test_the_intent_knows_nothing_of_a_refund(platform):
    await funded(platform)
    charge = await paid(platform)
    await platform.v1.refunds.create_async({"charge": charge.id})
    intent = await platform.v1.payment_intents.retrieve_async(charge.payment_intent)
    assert (intent.status, intent.amount_received) == ("succeeded", 1000)


async def test_refunds_are_in_the_charge_only_when_expanded(platform):
    await funded(platform)
    charge = await paid(platform)
    one = await platform.v1.refunds.create_async({"charge": charge.id, "amount": 1})
    two = await platform.v1.refunds.create_async({"charge": charge.id, "amount": 2})
    assert "refunds" not in await platform.v1.charges.retrieve_async(charge.id)
    expand = {
        "expand": [
            "refunds.data.balance_transaction",
            "payment_intent.latest_charge.refunds",
        ]
    }
    found = await platform.v1.charges.retrieve_async(charge.id, expand)
    assert [r.id for r in found.refunds.data] == [two.id, one.id]
    assert [r.balance_transaction.net for r in found.refunds.data] == [-2, -1]
    assert len(found.payment_intent.latest_charge.refunds.data) == 2


async def test_refunds_are_read_annotated_and_listed(platform):
    await funded(platform)
    charge, other = await paid(platform), await paid(platform)
    v1 = platform.v1.refunds
    one = await v1.create_async(
        {
            "charge": charge.id,
            "amount": 1,
            "metadata": {"a": "1"},
        }
    )
    two = await v1.create_async({"charge": other.id})
    changed = await v1.update_async(one.id, {"metadata": {"b": "2"}})
    assert changed.metadata.to_dict() == {"a": "1", "b": "2"}
    [event] = platform.events("refund.updated")
    assert event["data"]["previous_attributes"] == {"metadata": {"b": None}}
    assert (await v1.retrieve_async(one.id)).metadata.b == "2"
    assert [r.id for r in (await v1.list_async()).data] == [two.id, one.id]
    assert [r.id for r in (await v1.list_async({"charge": charge.id})).data] == [one.id]
    assert [
        r.id
        for r in (await v1.list_async({"payment_intent": other.payment_intent})).data
    ] == [two.id]
    assert (await v1.list_async({"created": {"gt": one.created + 100}})).data == []
    assert (await refused(v1.retrieve_async("re_no"))).http_status == 404


async def test_a_refund_to_a_card_cannot_be_called_back(platform):
    await funded(platform)
    refund = await platform.v1.refunds.create_async(
        {"charge": (await paid(platform)).id}
    )
    error = await refused(platform.v1.refunds.cancel_async(refund.id))
    assert (error.http_status, "requires_action" in error.user_message) == (400, True)


@pytest.mark.parametrize(
    ("given", "param", "code"),
    [
        ({}, "charge", "parameter_missing"),
        ({"charge": "ch_no"}, "charge", "resource_missing"),
        ({"payment_intent": "pi_no"}, "payment_intent", "resource_missing"),
        ({"charge": "CHARGE", "amount": 0}, "amount", "parameter_invalid_integer"),
        ({"charge": "CHARGE", "reason": "bored"}, "reason", None),
        ({"charge": "CHARGE", "reverse_transfer": True}, "reverse_transfer", None),
        (
            {"charge": "CHARGE", "refund_application_fee": True},
            "refund_application_fee",
            None,
        ),
        ({"charge": "CHARGE", "origin": "customer_balance"}, "origin", None),
    ],
)
async def test_a_refund_that_cannot_be_is_refused(platform, given, param, code):
    charge = await paid(platform)
    named = {k: charge.id if v == "CHARGE" else v for k, v in given.items()}
    error = await refused(platform.v1.refunds.create_async(named))
    assert (error.http_status, error.param, error.code) == (400, param, code)
    assert (await platform.v1.charges.retrieve_async(charge.id)).amount_refunded == 0


async def test_more_than_there_is_cannot_go_back(platform):
    await funded(platform)
    charge = await paid(platform)
    await platform.v1.refunds.create_async({"charge": charge.id, "amount": 400})
    error = await refused(
        platform.v1.refunds.create_async({"charge": charge.id, "amount": 601})
    )
    assert (error.http_status, error.code, error.param) == (400, None, "amount")
    assert (
        error.user_message
        == "Refund amount ($6.01) is greater than unrefunded amount on charge ($6.00)"
    )
    await platform.v1.refunds.create_async({"charge": charge.id})
    error = await refused(platform.v1.refunds.create_async({"charge": charge.id}))
    assert (error.code, error.user_message) == (
        "charge_already_refunded",
        f"Charge {charge.id} has already been refunded.",
    )


async def test_a_failed_charge_cannot_be_refunded(platform):
    declined = await refused(platform.pay("pm_card_visa_chargeDeclined"))
    assert (
        await refused(
            platform.v1.refunds.create_async({"charge": declined.error.charge})
        )
    ).http_status == 400
    intent = declined.error.payment_intent.id
    error = await refused(platform.v1.refunds.create_async({"payment_intent": intent}))
    assert "does not have a successful charge to refund" in error.user_message


async def test_a_charge_of_another_intent_is_refused(platform):
    one, two = await paid(platform), await paid(platform)
    error = await refused(
        platform.v1.refunds.create_async(
            {"charge": one.id, "payment_intent": two.payment_intent}
        )
    )
    assert error.param == "charge"


async def test_a_refund_before_the_money_moved_moves_it_first(platform):
    await funded(platform)
    account = await platform.vendor()
    intent = await platform.pay(
        transfer_data={"destination": account}, application_fee_amount=123
    )
    given = {
        "payment_intent": intent.id,
        "reverse_transfer": True,
        "refund_application_fee": True,
    }
    refund = await platform.v1.refunds.create_async(given)
    assert refund.transfer_reversal
    kinds = platform.kinds()
    assert kinds.index("charge.updated") < kinds.index("refund.created")
    platform.settle()
    assert len(platform.events("charge.updated")) == 1


async def test_by_default_the_platform_pays_all_and_the_seller_keeps_everything(
    platform,
):
    await funded(platform)
    charge, account = await sold(platform)
    before = len(platform.kinds())
    refund = await platform.v1.refunds.create_async({"charge": charge.id})
    assert (refund.transfer_reversal, refund.status) == (None, "succeeded")
    assert await rows(platform, stripe_account=account) == [("payment", 1000, 123, 877)]
    assert (await rows(platform))[-1] == ("refund", -1000, 0, -1000)
    assert platform.kinds(before) == ["refund.created", "charge.refunded"]


async def test_with_both_flags_everybody_gives_back_what_they_got(platform):
    await funded(platform)
    charge, account = await sold(platform)
    at = len(await rows(platform))
    given = {
        "charge": charge.id,
        "reverse_transfer": True,
        "refund_application_fee": True,
    }
    refund = await platform.v1.refunds.create_async(
        {**given, "expand": ["transfer_reversal"]}
    )

    assert (await rows(platform))[at:] == [
        ("transfer_refund", 1000, 0, 1000),
        ("application_fee_refund", -123, 0, -123),
        ("refund", -1000, 0, -1000),
    ]
    assert await rows(platform, stripe_account=account) == [
        ("payment", 1000, 123, 877),
        ("payment_refund", -1000, -123, -877),
    ]
    reversal = refund.transfer_reversal
    assert (reversal.transfer, reversal.amount, reversal.source_refund) == (
        charge.transfer,
        1000,
        refund.id,
    )
    transfer = await platform.v1.transfers.retrieve_async(charge.transfer)
    assert (
        transfer.reversed,
        transfer.amount_reversed,
        transfer.reversals.data[0].id,
    ) == (
        True,
        1000,
        reversal.id,
    )
    fee = await platform.v1.application_fees.retrieve_async(charge.application_fee)
    assert (
        fee.refunded,
        fee.amount_refunded,
        fee.refunds.data[0].amount,
    ) == (True, 123, 123)


async def test_the_seller_sees_a_refund_of_the_payment(platform):
    await funded(platform)
    charge, account = await sold(platform)
    of = {"stripe_account": account}
    given = {
        "charge": charge.id,
        "amount": 400,
        "reverse_transfer": True,
        "expand": ["transfer_reversal"],
    }
    refund = await platform.v1.refunds.create_async(given)
    [mirrored] = (await platform.v1.refunds.list_async({}, of)).data
    assert (mirrored.id[:4], mirrored.amount, mirrored.id) == (
        "pyr_",
        400,
        refund.transfer_reversal.destination_payment_refund,
    )
    assert mirrored.source_transfer_reversal == refund.transfer_reversal.id
    payment = await platform.v1.charges.retrieve_async(
        mirrored.charge, {"expand": ["refunds"]}, of
    )
    assert (payment.amount_refunded, payment.refunded, payment.refunds.data[0].id) == (
        400,
        False,
        mirrored.id,
    )
    assert (
        await refused(platform.v1.refunds.create_async({"charge": payment.id}, of))
    ).http_status == 400


async def test_the_order_of_events_when_everything_comes_back(platform):
    await funded(platform)
    charge, _ = await sold(platform)
    before = len(platform.kinds())
    given = {
        "charge": charge.id,
        "amount": 400,
        "reverse_transfer": True,
        "refund_application_fee": True,
    }
    await platform.v1.refunds.create_async(given)
    assert platform.kinds(before) == [
        "refund.created",
        "charge.refunded",
        "transfer.reversed",
        "application_fee.refunded",
    ]
    [transfer] = platform.events("transfer.reversed")
    assert transfer["data"]["object"]["object"] == "transfer"
    assert transfer["data"]["object"]["amount_reversed"] == 400
    [fee] = platform.events("application_fee.refunded")
    assert (
        fee["data"]["object"]["object"],
        fee["data"]["object"]["amount_refunded"],
    ) == (
        "application_fee",
        49,
    )


async def test_the_fee_comes_back_in_proportion(platform):
    """100 charged with a fee of 5, 40 refunded: 2 of the fee."""
    await funded(platform)
    account = await platform.vendor()
    charge = await paid(
        platform, 100, transfer_data={"destination": account}, application_fee_amount=5
    )
    given = {
        "charge": charge.id,
        "amount": 40,
        "reverse_transfer": True,
        "refund_application_fee": True,
    }
    await platform.v1.refunds.create_async(given)
    assert (
        await platform.v1.application_fees.retrieve_async(charge.application_fee)
    ).amount_refunded == 2
    assert (await rows(platform, stripe_account=account))[-1] == (
        "payment_refund",
        -40,
        -2,
        -38,
    )


async def test_the_fee_alone_comes_back_as_an_adjustment(platform):
    await funded(platform)
    charge, account = await sold(platform)
    await platform.v1.refunds.create_async(
        {"charge": charge.id, "refund_application_fee": True}
    )
    assert (await rows(platform, stripe_account=account))[1:] == [
        ("adjustment", 123, 0, 123)
    ]
    assert (await rows(platform))[-2:] == [
        ("application_fee_refund", -123, 0, -123),
        ("refund", -1000, 0, -1000),
    ]


async def test_a_smaller_transfer_comes_back_in_proportion(platform):
    await funded(platform)
    account = await platform.vendor()
    charge = await paid(platform, transfer_data={"destination": account, "amount": 800})
    await platform.v1.refunds.create_async(
        {"charge": charge.id, "amount": 500, "reverse_transfer": True}
    )
    assert (
        await platform.v1.transfers.retrieve_async(charge.transfer)
    ).amount_reversed == 400
