"""stripe-facts 12: what comes back in parts is the whole in the end, whatever the parts are."""

from hypothesis import given
from hypothesis import strategies as st

from shared.sandbox.resources.returns import portion
from tests.support.standin_payments import funded, paid

PARTS = st.lists(st.integers(1, 500_000), min_size=1, max_size=12)


@given(parts=PARTS, whole=st.integers(0, 1_000_000))
def test_parts_add_up_to_the_whole_and_are_never_far_from_their_share(parts, whole):
    base, before, gone = sum(parts), 0, 0
    for part in parts:
        taken = portion(whole, base, before=before, now=part, gone=gone)
        assert 0 <= taken <= whole - gone
        before, gone = before + part, gone + taken
        # Within half a cent of the exact share, each time.
        assert abs(gone * base - whole * before) * 2 <= base
    assert gone == whole


@given(
    parts=PARTS,
    whole=st.integers(0, 1_000_000),
    taken_before=st.integers(0, 1_000_000),
)
def test_what_is_gone_already_is_never_taken_again(parts, whole, taken_before):
    gone, base = min(taken_before, whole), sum(parts)
    assert 0 <= portion(whole, base, before=0, now=base, gone=gone) == whole - gone


async def test_many_partial_refunds_clear_transfer_and_fee_to_the_last_cent(platform):
    await funded(platform)
    account = await platform.vendor()
    charge = await paid(
        platform, 1000, transfer_data={"destination": account}, application_fee_amount=7
    )
    fees = []
    for part in (333, 333, 1, 1, 1, 100, 230, 1):
        given_ = {
            "charge": charge.id,
            "amount": part,
            "reverse_transfer": True,
            "refund_application_fee": True,
        }
        await platform.v1.refunds.create_async(given_)
        fees.append(
            (
                await platform.v1.application_fees.retrieve_async(
                    charge.application_fee
                )
            ).amount_refunded
        )
    transfer = await platform.v1.transfers.retrieve_async(charge.transfer)
    fee = await platform.v1.application_fees.retrieve_async(charge.application_fee)
    assert fees == [2, 5, 5, 5, 5, 5, 7, 7]
    assert (transfer.reversed, fee.refunded) == (True, True)
    assert (await platform.v1.charges.retrieve_async(charge.id)).refunded is True
    balance = await platform.v1.balance.retrieve_async({}, {"stripe_account": account})
    assert balance.available[0].amount + balance.pending[0].amount == 0


async def test_a_refund_without_the_flags_does_not_make_the_next_one_take_more(
    platform,
):
    await funded(platform)
    account = await platform.vendor()
    charge = await paid(
        platform,
        1000,
        transfer_data={"destination": account},
        application_fee_amount=100,
    )
    await platform.v1.refunds.create_async({"charge": charge.id, "amount": 400})
    given_ = {
        "charge": charge.id,
        "amount": 600,
        "reverse_transfer": True,
        "refund_application_fee": True,
    }
    await platform.v1.refunds.create_async(given_)
    transfer = await platform.v1.transfers.retrieve_async(charge.transfer)
    fee = await platform.v1.application_fees.retrieve_async(charge.application_fee)
    assert (transfer.amount_reversed, fee.amount_refunded) == (600, 60)


async def test_what_was_never_captured_is_no_part_of_the_proportion(platform):
    await funded(platform)
    account = await platform.vendor()
    held = await platform.pay(
        capture_method="manual",
        transfer_data={"destination": account},
        application_fee_amount=60,
    )
    await platform.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 600})
    given_ = {
        "charge": held.latest_charge,
        "amount": 300,
        "reverse_transfer": True,
        "refund_application_fee": True,
    }
    await platform.v1.refunds.create_async(given_)
    charge = await platform.v1.charges.retrieve_async(
        held.latest_charge, {"expand": ["transfer", "application_fee"]}
    )
    assert (
        charge.transfer.amount_reversed,
        charge.application_fee.amount_refunded,
    ) == (300, 30)
    assert charge.amount_refunded == 400 + 300


async def test_what_was_reversed_by_hand_is_not_reversed_twice(platform):
    await funded(platform)
    account = await platform.vendor()
    charge = await paid(platform, 1000, transfer_data={"destination": account})
    await platform.v1.transfers.reversals.create_async(charge.transfer, {"amount": 300})
    await platform.v1.refunds.create_async(
        {"charge": charge.id, "reverse_transfer": True}
    )
    transfer = await platform.v1.transfers.retrieve_async(charge.transfer)
    assert (transfer.amount_reversed, [r.amount for r in transfer.reversals.data]) == (
        1000,
        [700, 300],
    )
