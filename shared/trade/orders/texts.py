"""The words of the mails about orders. Pure: plain values in, (subject, text) out."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.money import Money


def _lines(lines: Sequence[tuple[str, int, Money]]) -> str:
    return "\n".join(f"  {quantity} x {name}  {total}" for name, quantity, total in lines)


def sold(
    number: str, *, vendor_name: str, lines: Sequence[tuple[str, int, Money]], total: Money, share: Money, link: str
) -> tuple[str, str]:
    """To the vendor, when an order is paid and waits to be sent."""
    subject = f"New order {number}"
    text = (
        f"Hello {vendor_name},\n\nyou have a new paid order, {number}:\n\n{_lines(lines)}\n\n"
        f"  Total  {total}\n  Yours  {share}\n\nSend it and mark it as shipped here:\n{link}\n"
    )
    return subject, text
