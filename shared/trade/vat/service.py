"""Use cases of VAT numbers: a vendor or a shopper states one, the marketplace's staff confirms or
refuses it.

Nobody else is asked.

Whoever writes locks the holder first, so that one registration of it is in force. A number that
changes is a new registration, unconfirmed: what was looked at before says nothing about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.core.errors import Invalid
from shared.core.frozen import frozen
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.vat import letters
from shared.trade.vat.errors import (
    NumberLacking,
    NumberWrong,
    ProofLacking,
    RefusalReasonLacking,
    RegistrationChanged,
    WordsTooLong,
)
from shared.trade.vat.events import MonthsUnblocked
from shared.trade.vat.holders import Holder, lock_holder
from shared.trade.vat.models import VatRegistration, VatWait
from shared.trade.vat.numbers import is_well_formed, normal_vat_number
from shared.trade.vat.rules import is_in_eu

MOST_WORDS = 300
CHANGED = {
    "vendor": "vendor.vat_number_changed",
    "customer": "customer.vat_number_changed",
}
CONFIRMED = {"vendor": "vendor.vat_confirmed", "customer": "customer.vat_confirmed"}
REFUSED = {"vendor": "vendor.vat_refused", "customer": "customer.vat_refused"}


@frozen
class Business:
    """Whose number a shopper states: its name, and the country that gave the number."""

    name: str
    country: str


async def state_number(
    *,
    holder: Holder,
    text: str,
    actor: str,
    business: Business | None = None,
    look: Look[Mapping[str, Any]] = unseen,
) -> str:
    """Set a holder's own VAT number, or with nothing take it away; as it is kept.

    `business`: whose number a shopper states; a vendor is known. Raises BadVatNumber, and what
    `look` does.
    """
    async with unit.transaction() as tx:
        held = await lock_holder(tx, holder)
        stated = business or Business("", held.country)
        number = normal_vat_number(text, stated.country)
        before = await current(holder)
        await look({"vat_number": before.number if before else ""})
        if _is_stated(before, number, stated):
            return number
        now = clock.now()
        await _replace(before, now)
        made = await _state(holder, number, stated, actor) if number else None
        tx.record(
            CHANGED[holder.kind],
            actor=actor,
            subject=holder.subject,
            vendor_id=holder.vendor_id,
            before=before.number if before else "",
            after=number,
        )
        await letters.tell_of_change(tx, held, before, made, now)
    return number


def _is_stated(
    before: VatRegistration | None,
    number: str,
    stated: Business,
) -> bool:
    """Whether that is what is in force already, so that nothing has to be looked up again."""
    if before is None:
        return not number
    if (before.number, before.name) != (number, stated.name):
        return False
    return not (number and before.refused_at)


async def confirm(
    *,
    holder: Holder,
    registration_id: int | None,
    proof: str,
    actor: str,
) -> None:
    """Hold a holder to be the business that it says it is, for the months that are closed, or the
    orders that are placed, from now on.

    `registration_id` is what the staff looked at, None where a vendor stated no number. Raises
    RegistrationChanged when the holder has changed it since, Invalid without a proof or where the
    number must be mended first.
    """
    said = _words(proof, ProofLacking)
    async with unit.transaction() as tx:
        held = await lock_holder(tx, holder)
        row = await _looked_at(holder, registration_id)
        if row is not None and row.confirmed_at is not None:
            return
        country = row.country if row else held.country
        _must_be_provable(country, row)
        row = row or await _state(holder, "", Business("", country), actor)
        await VatRegistration.filter(id=row.id, confirmed_at=None).update(
            confirmed_at=clock.now(),
            confirmed_by=actor,
            proof=said,
            refused_at=None,
            refused_by="",
            refusal="",
            updated_at=clock.now(),
        )
        _note(tx, CONFIRMED[holder.kind], row, actor, proof=said)
        await _close_what_waits(tx, holder)
        letters.tell_confirmed(tx, held, row, said)


async def refuse(
    *,
    holder: Holder,
    registration_id: int,
    reason: str,
    actor: str,
) -> None:
    """Say that a number is not the holder's, or no longer: VAT is charged, and the holder reads
    why. Raises as `confirm` does.
    """
    said = _words(reason, RefusalReasonLacking)
    async with unit.transaction() as tx:
        held = await lock_holder(tx, holder)
        row = await _looked_at(holder, registration_id)
        if row is None or row.refused_at is not None:
            return
        await VatRegistration.filter(id=row.id, refused_at=None).update(
            refused_at=clock.now(),
            refused_by=actor,
            refusal=said,
            confirmed_at=None,
            confirmed_by="",
            proof="",
            updated_at=clock.now(),
        )
        _note(tx, REFUSED[holder.kind], row, actor, reason=said)
        letters.tell_refused(tx, held, row, said)


async def current(holder: Holder) -> VatRegistration | None:
    """What is in force."""
    return await VatRegistration.get_or_none(**holder.columns, replaced_at=None)


async def _looked_at(
    holder: Holder, registration_id: int | None
) -> VatRegistration | None:
    """The registration in force, if it is the one that somebody looked at.

    Raises RegistrationChanged.
    """
    row = await current(holder)
    if (row.id if row else None) != registration_id:
        raise RegistrationChanged
    return row


async def _replace(row: VatRegistration | None, now: datetime) -> None:
    if row is not None:
        await VatRegistration.filter(id=row.id, replaced_at=None).update(
            replaced_at=now, updated_at=now
        )


async def _state(
    holder: Holder,
    number: str,
    stated: Business,
    actor: str,
) -> VatRegistration:
    return await VatRegistration.create(
        **holder.columns,
        name=stated.name,
        country=stated.country,
        number=number,
        stated_by=actor,
    )


def _must_be_provable(country: str, row: VatRegistration | None) -> None:
    """Inside the EU a number is the proof; one that was stored before numbers were checked must be
    mended by its holder.
    """
    number = row.number if row else ""
    if not number and is_in_eu(country):
        raise NumberLacking
    if number and not is_well_formed(number, country):
        raise NumberWrong(number=number)


def _words(text: str, missing: type[Invalid]) -> str:
    said = " ".join(text.split())
    if not said:
        raise missing
    if len(said) > MOST_WORDS:
        raise WordsTooLong(most=MOST_WORDS, param=missing.param)
    return said


def _note(
    tx: Transaction, action: str, row: VatRegistration, actor: str, **details: str
) -> None:
    holder = Holder(row.vendor_id, row.customer_id)
    tx.record(
        action,
        actor=actor,
        subject=holder.subject,
        vendor_id=row.vendor_id,
        number=row.number,
        **details,
    )


async def _close_what_waits(tx: Transaction, holder: Holder) -> None:
    """A month that waited for a rate may need none now."""
    vendor_id = holder.vendor_id
    if vendor_id is None:
        return
    if await VatWait.filter(vendor_id=vendor_id).exists():
        tx.emit(MonthsUnblocked(vendor_id))
