"""A refund's mails to the vendor and the marketplace; the shopper's are templates. Pure: plain values in, (subject, text) out."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.money import Money

GOODS_STAY = "The pieces that came back from the shopper stay on your shelf."


def set_aside(short: Sequence[tuple[str, int]]) -> str:
    """What became of pieces that were put back on the shelf: `short` are those that were sold meanwhile (name, pieces)."""
    if not short:
        return "The order waits to be sent again. What was put back on the shelf for it is off the shelf again."
    pieces = ", ".join(f"{quantity} x {name}" for name, quantity in short)
    return (
        f"The order waits to be sent again, but what was put back on the shelf for it was sold meanwhile: {pieces}. When "
        "you send the order, it is taken from your shelf if it is there again; if not, the order's page asks you first."
    )


def failed(number: str, *, vendor_name: str, amount: Money, reason: str, goods: str, link: str) -> tuple[str, str]:
    """To the vendor, when a refund did not arrive; `goods` says what became of pieces that were put back on the shelf."""
    about_goods = f"{goods}\n\n" if goods else ""
    return (
        f"A refund of order {number} did not arrive",
        (
            f"Hello {vendor_name},\n\nthe refund of {amount} for order {number} did not reach the shopper. {reason} "
            f"You have the money again.\n\n{about_goods}Try once more, or find another way with the shopper:\n{link}\n"
        ),
    )


def refused(number: str, *, vendor_name: str, amount: Money, reason: str, link: str) -> tuple[str, str]:
    """To the vendor, when Stripe did not accept a refund, or the marketplace declined it."""
    return (
        f"The refund of order {number} was not made",
        (
            f"Hello {vendor_name},\n\nthe refund of {amount} for order {number} was not made. {reason} "
            f"No money has moved.\n\n{link}\n"
        ),
    )


def waits(number: str, *, vendor_name: str, amount: Money, link: str) -> tuple[str, str]:
    """To the operator, when a refund is above the limit."""
    return (
        f"A refund of {amount} waits for you",
        (
            f"{vendor_name} wants to give back {amount} of order {number}. It is above your limit, so it waits.\n\n"
            f"Approve or decline it here:\n{link}\n"
        ),
    )
