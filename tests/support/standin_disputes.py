"""Disputes at the stand-in, and their answers."""

from typing import Any

DAY = 86400


async def disputed(
    platform, card="pm_card_createDispute", *, options=None, **given: Any
):
    """A charge whose card does something afterwards, settled, and its dispute."""
    automatic = {"enabled": True, "allow_redirects": "never"}
    new = {
        "amount": 1000,
        "currency": "usd",
        "payment_method": card,
        "confirm": True,
        **given,
    }
    paid = await platform.v1.payment_intents.create_async(
        {**new, "automatic_payment_methods": automatic}, options or {}
    )
    platform.settle()
    found = await platform.v1.disputes.list_async(
        {"payment_intent": paid.id}, options or {}
    )
    return found.data[0]


async def answer(platform, dispute, text="Delivered and signed for.", **given: Any):
    return await platform.v1.disputes.update_async(
        dispute.id, {"evidence": {"uncategorized_text": text}, **given}
    )
