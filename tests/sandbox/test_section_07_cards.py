"""stripe-facts 7: every test card has its outcome, whether typed or named."""

from dataclasses import dataclass

import pytest

from shared.sandbox.cards import CARDS
from tests.sandbox.shopper import again, answer, customer, outcome, set_up, typed
from tests.support.standin_errors import refused

OK, DECLINED = "succeeded", "card_declined generic_decline"
ASK_FIRST = "authentication_required authentication_required"


@dataclass(frozen=True)
class Row:
    """One card: paying on session, off session, attaching, setting up, and paying off session after
    that.
    """

    number: str
    token: str | None = None
    pay: str = OK
    off: str = OK
    attach: str = "attached"
    setup: str = OK
    later: str | None = OK

    @property
    def named(self) -> str:
        return f"pm_card_{self.token}"


def declined(number: str, token: str, what: str) -> Row:
    """What an issuer declines is declined everywhere."""
    return Row(number, token, what, what, what, what, None)


ROWS = [
    Row("4242424242424242", "visa"),
    Row("5555555555554444", "mastercard"),
    Row("378282246310005", "amex"),
    Row("4000056655665556", "visa_debit"),
    Row("2223003122003222"),
    Row("5200828282828210", "mastercard_debit"),
    Row("5105105105105100", "mastercard_prepaid"),
    Row("371449635398431"),
    Row("6011111111111117", "discover"),
    Row("3056930009020004", "diners"),
    Row("3566002020360505", "jcb"),
    Row("6200000000000005", "unionpay"),
    declined("4000000000000002", "visa_chargeDeclined", DECLINED),
    declined(
        "4000000000009995",
        "visa_chargeDeclinedInsufficientFunds",
        "card_declined insufficient_funds",
    ),
    declined(
        "4000000000009987", "visa_chargeDeclinedLostCard", "card_declined lost_card"
    ),
    declined(
        "4000000000009979", "visa_chargeDeclinedStolenCard", "card_declined stolen_card"
    ),
    declined(
        "4000000000006975",
        "visa_chargeDeclinedVelocityLimitExceeded",
        "card_declined card_velocity_exceeded",
    ),
    declined("4000000000000069", "chargeDeclinedExpiredCard", "expired_card"),
    declined("4000000000000127", "chargeDeclinedIncorrectCvc", "incorrect_cvc"),
    declined("4000000000000119", "chargeDeclinedProcessingError", "processing_error"),
    Row("4000000000000341", "chargeCustomerFail", DECLINED, DECLINED, later=DECLINED),
    Row(
        "4100000000000019",
        "radarBlock",
        "card_declined fraudulent",
        "card_declined fraudulent",
        later="card_declined fraudulent",
    ),
    Row(
        "4000000000004954",
        "riskLevelHighest",
        "card_declined fraudulent",
        "card_declined fraudulent",
        later="card_declined fraudulent",
    ),
    Row("4000000000009235", "riskLevelElevated"),
    Row("4000000000000101", "cvcCheckFail"),
    Row("4000000000000036", "avsZipFail"),
    Row(
        "4000002500003155",
        "authenticationRequiredOnSetup",
        "challenge, succeeded",
        ASK_FIRST,
        setup="challenge, succeeded",
    ),
    Row(
        "4000002760003184",
        "authenticationRequired",
        "challenge, succeeded",
        ASK_FIRST,
        setup="challenge, succeeded",
        later=ASK_FIRST,
    ),
    Row(
        "4000003800000446",
        "authenticationRequiredSetupForOffSession",
        "challenge, succeeded",
        setup="challenge, succeeded",
    ),
    Row(
        "4000008260003178",
        "authenticationRequiredChargeDeclinedInsufficientFunds",
        "challenge, card_declined insufficient_funds",
        ASK_FIRST,
        setup="challenge, succeeded",
        later="card_declined insufficient_funds",
    ),
    Row(
        "4000000000003220",
        "threeDSecure2Required",
        "challenge, succeeded",
        ASK_FIRST,
        setup="challenge, succeeded",
        later=ASK_FIRST,
    ),
    Row(
        "4000008400000027",
        None,
        "challenge, succeeded",
        ASK_FIRST,
        setup="challenge, succeeded",
        later=ASK_FIRST,
    ),
    Row(
        "4000008400001629",
        "threeDSecureRequiredChargeDeclined",
        f"challenge, {DECLINED}",
        ASK_FIRST,
        setup=f"challenge, {DECLINED}",
        later=None,
    ),
    Row(
        "4000008400001280",
        "threeDSecureRequiredProcessingError",
        DECLINED,
        DECLINED,
        setup=DECLINED,
        later=None,
    ),
    Row("4000000000003055", "threeDSecureOptional"),
    Row("4000000000003097", "threeDSecureOptionalProcessingError"),
    Row("4000000032200000"),
    Row("4000000000000259", "createDispute"),
    Row("4000000000002685", "createDisputeProductNotReceived"),
    Row("4000000000001976", "createDisputeInquiry"),
    Row("4000000000005423", "createIssuerFraudRecord"),
    Row("4000000404000079", "createMultipleDisputes"),
    Row("4000000000007726", "pendingRefund"),
    Row("4000000000005126", "refundFail"),
    Row("4000000000000077", "bypassPending"),
    Row("4000003720000278", "bypassPendingInternational"),
]
NAMED = [row for row in ROWS if row.token]
each = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
each_name = pytest.mark.parametrize("row", NAMED, ids=lambda row: row.token)


async def method_of(platform, row):
    """The card typed into a form."""
    _, body = await typed(
        platform,
        number=row.number,
        cvc="1234" if row.number[:2] in ("34", "37") else "123",
    )
    return body["id"]


def test_the_table_names_every_card():
    known = {
        (
            card.number,
            card.tokens[0] if card.tokens else None,
        )
        for card in CARDS
    }
    assert {(row.number, row.token) for row in ROWS} == known


@each
async def test_a_typed_card_pays_as_its_row_says(platform, row):
    assert (
        await outcome(platform, platform.pay(await method_of(platform, row))) == row.pay
    )


@each_name
async def test_a_named_card_pays_as_its_row_says(platform, row):
    assert await outcome(platform, platform.pay(row.named)) == row.pay


@each
async def test_off_session_it_pays_as_its_row_says(platform, row):
    assert (
        await outcome(
            platform, platform.pay(await method_of(platform, row), off_session=True)
        )
        == row.off
    )


@each
async def test_a_typed_card_attaches_as_its_row_says(platform, row):
    given = {"customer": (await customer(platform)).id}
    method = await method_of(platform, row)
    assert (
        await outcome(platform, platform.v1.payment_methods.attach_async(method, given))
        == row.attach
    )


@each_name
async def test_a_named_card_attaches_as_its_row_says(platform, row):
    given = {"customer": (await customer(platform)).id}
    assert (
        await outcome(
            platform, platform.v1.payment_methods.attach_async(row.named, given)
        )
        == row.attach
    )


@each
async def test_a_typed_card_sets_up_as_its_row_says(platform, row):
    assert (
        await outcome(platform, set_up(platform, await method_of(platform, row)))
        == row.setup
    )


@each_name
async def test_a_named_card_sets_up_as_its_row_says(platform, row):
    assert await outcome(platform, set_up(platform, row.named)) == row.setup


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.later], ids=lambda row: row.number
)
async def test_once_set_up_it_pays_off_session_as_its_row_says(platform, row):
    who, method = (await customer(platform)).id, await method_of(platform, row)
    await outcome(platform, set_up(platform, method, customer=who))
    assert (
        await outcome(platform, platform.pay(method, customer=who, off_session=True))
        == row.later
    )


@pytest.mark.parametrize(
    ("number", "paid"),
    [
        ("4000002500003155", "challenge, succeeded"),
        ("4000003800000446", "challenge, succeeded"),
        ("4000008260003178", "challenge, card_declined insufficient_funds"),
    ],
)
async def test_once_set_up_it_still_asks_on_session(platform, number, paid):
    who, method = (await customer(platform)).id, await method_of(platform, Row(number))
    await outcome(platform, set_up(platform, method, customer=who))
    assert await outcome(platform, platform.pay(method, customer=who)) == paid


@pytest.mark.parametrize(
    ("usage", "later"),
    [("off_session", OK), ("on_session", ASK_FIRST)],
    ids=["off_session", "on_session"],
)
async def test_saving_during_payment_sets_up_for_what_it_says(platform, usage, later):
    who, method = (
        (await customer(platform)).id,
        await method_of(platform, Row("4000002500003155")),
    )
    paid = await outcome(
        platform, platform.pay(method, customer=who, setup_future_usage=usage)
    )
    assert paid == "challenge, succeeded"
    assert (
        await outcome(platform, platform.pay(method, customer=who, off_session=True))
        == later
    )


@pytest.mark.parametrize("how", ["any", "challenge"])
@pytest.mark.parametrize(
    ("number", "paid"),
    [
        ("4242424242424242", OK),
        ("4000000000003055", "challenge, succeeded"),
        ("4000000000003097", "processing_error"),
        ("4000000032200000", OK),
    ],
)
async def test_authentication_that_the_platform_asks_for(platform, how, number, paid):
    options = {"card": {"request_three_d_secure": how}}
    for act in (
        platform.pay,
        lambda method, **given: set_up(platform, method, **given),
    ):
        method = await method_of(platform, Row(number))
        assert (
            await outcome(platform, act(method, payment_method_options=options)) == paid
        )


@pytest.mark.parametrize(
    ("number", "options", "flow"),
    [
        ("4242424242424242", None, None),
        ("4000002760003184", None, "challenge"),
        (
            "4000000032200000",
            {"card": {"request_three_d_secure": "any"}},
            "frictionless",
        ),
    ],
)
async def test_the_charge_tells_how_the_shopper_was_authenticated(
    platform, number, options, flow
):
    given = {"payment_method_options": options} if options else {}
    paid = await platform.pay(await method_of(platform, Row(number)), **given)
    if paid.status == "requires_action":
        await answer(platform, paid)
    charge = await platform.v1.charges.retrieve_async(
        (await again(platform, paid)).latest_charge
    )
    told = charge.payment_method_details.card.three_d_secure
    assert (told and told.authentication_flow, told and told.result) == (
        flow,
        "authenticated" if flow else None,
    )


@pytest.mark.parametrize(
    "row",
    [row for row in NAMED if " " in row.pay and "challenge" not in row.pay],
    ids=lambda r: r.token,
)
async def test_a_decline_leaves_a_failed_charge(platform, row):
    error = await refused(platform.pay(row.named))
    code, reason = row.pay.split()
    intent, charge = (
        error.error.payment_intent,
        await platform.v1.charges.retrieve_async(error.error.charge),
    )
    blocked = reason == "fraudulent"
    assert (intent.status, intent.payment_method, intent.latest_charge) == (
        "requires_payment_method",
        None,
        charge.id,
    )
    assert (charge.paid, charge.status, charge.failure_code) == (False, "failed", code)
    assert charge.outcome.type == ("blocked" if blocked else "issuer_declined")
    assert charge.outcome.risk_level == ("highest" if blocked else "normal")
    assert platform.kinds() == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
    ]
