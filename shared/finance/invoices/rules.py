"""What stands on an invoice, and what is still to be issued. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from shared.core.frozen import frozen


class DocumentKind(StrEnum):
    """A sale is invoiced, a refund credited; one that came back undoes its credit note."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    REVERSAL = "reversal"


@frozen
class InvoiceRefund:
    """A refund as far as documents follow it."""

    id: int
    is_made: bool
    is_undone: bool


Due = tuple[DocumentKind, int | None]


def due(
    issued: Iterable[Due],
    refunds: Iterable[InvoiceRefund],
) -> tuple[Due, ...]:
    """What has to be issued now, in its order: the invoice first, then what each refund asks for.

    `issued`: what there is, by kind and refund.
    """
    there = set(issued)
    wanted: list[Due] = [(DocumentKind.INVOICE, None)]
    for refund in refunds:
        credited = (DocumentKind.CREDIT_NOTE, refund.id)
        if refund.is_made:
            wanted.append(credited)
        if refund.is_undone and credited in there:
            wanted.append((DocumentKind.REVERSAL, refund.id))
    return tuple(each for each in wanted if each not in there)


def document_number(slug: str, year: int, count: int) -> str:
    """`ATELIER-LUXE-2026-00017`: a vendor's own row of numbers, new each year."""
    return f"{slug.upper()}-{year}-{count:05d}"
