"""What holders of VAT numbers and the staff are told by mail."""

from __future__ import annotations

from datetime import datetime

from shared.core import clock
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.people.queries import operator_emails
from shared.trade.vat.holders import LockedHolder
from shared.trade.vat.models import VatRegistration
from shared.trade.vat.numbers import state_of

_CHANGED = {"vendor": "vat_changed", "customer": "business_changed"}
_CONFIRMED = {"vendor": "vat_confirmed", "customer": "business_confirmed"}
_REFUSED = {"vendor": "vat_refused", "customer": "business_refused"}


async def tell_of_change(
    tx: Transaction,
    held: LockedHolder,
    before: VatRegistration | None,
    made: VatRegistration | None,
    now: datetime,
) -> None:
    """The holder hears of each change, in case it was somebody else's; the staff of what waits for
    them.
    """
    holder = held.holder
    context = {
        "vendor_name": held.name,
        "vendor_id": holder.vendor_id,
        "customer_id": holder.customer_id,
        "business": made.name if made else "",
        "before": before.number if before else "",
        "number": made.number if made else "",
        "state": state_of(made.number) if made else "",
    }
    made_of = made.id if made else f"none.{now:%Y%m%dT%H%M%S.%f}"
    key = f"vat:{_numbered(held)}:{made_of}"
    mail.post(
        tx,
        _CHANGED[holder.kind],
        to=held.email,
        unique_key=f"{key}:changed",
        context=context,
        language=held.language,
    )
    if made is not None:
        for address in await operator_emails():
            mail.post(
                tx,
                "vat_to_confirm",
                to=address,
                unique_key=f"{key}:{address}",
                context=context,
            )


def tell_confirmed(
    tx: Transaction,
    held: LockedHolder,
    row: VatRegistration,
    proof: str,
) -> None:
    """The holder hears that its number holds."""
    _tell(tx, _CONFIRMED[held.holder.kind], held, row, key="confirmed", words=proof)


def tell_refused(
    tx: Transaction,
    held: LockedHolder,
    row: VatRegistration,
    reason: str,
) -> None:
    """The holder hears why not."""
    _tell(tx, _REFUSED[held.holder.kind], held, row, key="refused", words=reason)


def _tell(
    tx: Transaction,
    kind: str,
    held: LockedHolder,
    row: VatRegistration,
    *,
    key: str,
    words: str,
) -> None:
    context = {
        "vendor_name": held.name,
        "business": row.name,
        "number": row.number,
        "state": state_of(row.number),
        "words": words,
    }
    at = f"{clock.now():%Y%m%dT%H%M%S.%f}"
    mail.post(
        tx,
        kind,
        to=held.email,
        unique_key=f"vat:{_numbered(held)}:{row.id}:{key}:{at}",
        context=context,
        language=held.language,
    )


def _numbered(held: LockedHolder) -> str:
    """A vendor by its bare id, as keys that are stored already have it."""
    holder = held.holder
    return str(holder.vendor_id) if holder.vendor_id else holder.subject
