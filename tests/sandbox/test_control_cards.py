"""The card network replaces a saved card, by a control call (stripe-facts 9 and 15)."""

import pytest

from tests.sandbox.conftest import Platform


async def saved(platform: Platform) -> str:
    """A card that a customer holds."""
    customer = await platform.client.v1.customers.create_async(
        {"email": "saved@example.test"}
    )
    made = await platform.client.v1.payment_methods.attach_async(
        "pm_card_visa", {"customer": customer.id}
    )
    return str(made.id)


async def test_the_network_replaces_a_saved_card(platform):
    """Another number and date of the same method, told with what was before."""
    method = await saved(platform)
    body = {"number": "5555555555554444", "exp_month": 7, "exp_year": 2041}
    answer = platform.control("POST", f"payment_methods/{method}/replace", body)
    card = (await platform.client.v1.payment_methods.retrieve_async(method)).card
    assert (card.last4, card.brand, card.exp_month, card.exp_year) == (
        "4444",
        "mastercard",
        7,
        2041,
    )
    assert card.fingerprint == answer["card"]["fingerprint"]
    [event] = platform.events("payment_method.automatically_updated")
    before = event["data"]["previous_attributes"]["card"]
    assert (before["last4"], event["data"]["object"]["id"]) == ("4242", method)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "Give `number`"),
        ({"cvc": "1"}, "Give `number`"),
        ({"number": "42"}, "must be a card number"),
        ({"number": 4242424242424242}, "must be a card number"),
        ({"exp_month": 13, "exp_year": 2030}, "must be from 1 to 12"),
        ({"exp_month": 1}, "must be from 1 to 12"),
        ({"exp_month": True, "exp_year": 2030}, "must be from 1 to 12"),
    ],
)
async def test_what_is_no_card_replaces_nothing(platform, body, says):
    """A sentence, and the card is as it was."""
    method = await saved(platform)
    with pytest.raises(RuntimeError, match=says):
        platform.control("POST", f"payment_methods/{method}/replace", body)
    assert (
        await platform.client.v1.payment_methods.retrieve_async(method)
    ).card.last4 == "4242"


async def test_only_a_saved_card_is_replaced(platform):
    """One that nobody holds, or that is none."""
    for name in ("pm_none", "cus_none"):
        with pytest.raises(RuntimeError, match="no saved payment method"):
            platform.control(
                "POST",
                f"payment_methods/{name}/replace",
                {"exp_month": 1, "exp_year": 2030},
            )
