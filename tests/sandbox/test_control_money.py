"""The control calls about money (docs/stand-in.md): disputes by the shopper's bank, payouts that
the seller's bank returns.
"""

import pytest

from tests.sandbox.sellers import balance, by_hand, earn, seller


@pytest.fixture
async def charge(platform):
    """The id of a settled charge of ten dollars."""
    paid = await platform.pay()
    platform.settle()
    return paid.latest_charge


@pytest.mark.parametrize(
    ("inquiry", "status"), [(False, "needs_response"), (True, "warning_needs_response")]
)
async def test_a_charge_is_disputed(platform, charge, inquiry, status):
    opened = platform.control(
        "POST",
        "disputes",
        {"charge": charge, "reason": "duplicate", "inquiry": inquiry},
    )
    found = await platform.v1.disputes.retrieve_async(opened["id"])
    assert (found.status, found.reason, found.charge) == (status, "duplicate", charge)
    assert platform.control("GET", "audit") == {"problems": []}


@pytest.mark.parametrize("outcome", ["won", "lost"])
async def test_the_bank_decides(platform, charge, outcome):
    opened = platform.control(
        "POST", "disputes", {"charge": charge, "reason": "fraudulent"}
    )
    assert (
        platform.control(
            "POST", f"disputes/{opened['id']}/close", {"outcome": outcome}
        )["status"]
        == outcome
    )
    assert platform.kinds()[-1] == "charge.dispute.closed"
    with pytest.raises(RuntimeError, match="closed already"):
        platform.control("POST", f"disputes/{opened['id']}/close", {"outcome": outcome})
    assert platform.control("GET", "audit") == {"problems": []}


async def test_an_inquiry_is_only_over(platform, charge):
    opened = platform.control(
        "POST", "disputes", {"charge": charge, "reason": "general", "inquiry": True}
    )
    closed = platform.control(
        "POST", f"disputes/{opened['id']}/close", {"outcome": "lost"}
    )
    assert closed["status"] == "warning_closed"
    assert (await platform.v1.charges.retrieve_async(charge)).disputed is True


async def test_a_direct_charge_is_found_on_its_account(platform):
    of = await seller(platform)
    paid = {
        "amount": 1000,
        "currency": "usd",
        "payment_method": "pm_card_visa",
        "confirm": True,
    }
    automatic = {"enabled": True, "allow_redirects": "never"}
    intent = await platform.v1.payment_intents.create_async(
        {**paid, "automatic_payment_methods": automatic}, of
    )
    platform.settle()
    opened = platform.control(
        "POST", "disputes", {"charge": intent.latest_charge, "reason": "fraudulent"}
    )
    assert (
        await platform.v1.disputes.retrieve_async(opened["id"], None, of)
    ).id == opened["id"]


async def test_only_what_the_shopper_still_paid_is_disputed(platform, charge):
    await platform.pay(amount=5000)
    platform.settle()
    await platform.v1.refunds.create_async({"charge": charge, "amount": 400})
    opened = platform.control(
        "POST", "disputes", {"charge": charge, "reason": "fraudulent"}
    )
    assert opened["amount"] == 600
    with pytest.raises(RuntimeError, match="can be disputed"):
        platform.control("POST", "disputes", {"charge": charge, "reason": "fraudulent"})


async def test_money_that_has_not_moved_cannot_be_disputed(platform):
    held = await platform.pay(capture_method="manual")
    with pytest.raises(RuntimeError, match="settled"):
        platform.control(
            "POST", "disputes", {"charge": held.latest_charge, "reason": "fraudulent"}
        )


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        (
            "disputes",
            {"charge": "ch_none", "reason": "fraudulent"},
            "404 There is no charge",
        ),
        ("disputes", {"charge": 7, "reason": "fraudulent"}, "404 There is no charge"),
        (
            "disputes",
            {"charge": "ch_1", "reason": "boredom"},
            "400 `reason` must be one of",
        ),
        (
            "disputes",
            {"charge": "ch_1", "reason": "general", "inquiry": "yes"},
            "400 `inquiry` must be true or false",
        ),
        (
            "disputes",
            {"charge": "ch_1", "reason": "general", "size": 1},
            "400 A dispute has no size",
        ),
        (
            "disputes/du_1/close",
            {"outcome": "draw"},
            "400 `outcome` must be won or lost",
        ),
        ("disputes/du_1/close", {"outcome": "won"}, "404 There is no dispute"),
        (
            "payouts/po_1/fail",
            {"failure_code": "boredom"},
            "400 `failure_code` must be one of",
        ),
        ("payouts/po_1/fail", {"failure_code": "declined"}, "404 There is no payout"),
    ],
)
async def test_what_cannot_be_done_says_why(platform, path, body, sentence):
    with pytest.raises(RuntimeError, match=sentence):
        platform.control("POST", path, body)


@pytest.mark.parametrize("days", [0, 1, 3])
async def test_a_payout_fails_whatever_its_state(platform, days):
    of = await by_hand(platform, await seller(platform))
    await earn(platform, of)
    payout = await platform.v1.payouts.create_async(
        {"amount": 10_000, "currency": "usd"}, of
    )
    platform.sandbox.advance(days * 86400)
    failed = platform.control(
        "POST", f"payouts/{payout.id}/fail", {"failure_code": "declined"}
    )
    assert (failed["status"], failed["failure_code"]) == ("failed", "declined")
    assert await balance(platform, of) == (10_000, 0)
    platform.sandbox.advance(3 * 86400)
    assert (
        await platform.v1.payouts.retrieve_async(payout.id, None, of)
    ).status == "failed"
    with pytest.raises(RuntimeError, match="failed already"):
        platform.control(
            "POST", f"payouts/{payout.id}/fail", {"failure_code": "declined"}
        )
