"""Use cases of VAT numbers: a vendor states one, the marketplace's staff confirms or refuses it.

Nobody else is asked.

Whoever writes locks the vendor first, so that one registration of a vendor is in force. A number
that changes is a new registration, unconfirmed: what was looked at before says nothing about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.core.errors import Invalid
from shared.infra import unit
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.people.queries import operator_emails
from shared.trade.vat.errors import (
    NumberLacking,
    NumberWrong,
    ProofLacking,
    RefusalReasonLacking,
    RegistrationChanged,
    WordsTooLong,
)
from shared.trade.vat.events import MonthsUnblocked
from shared.trade.vat.models import VatRegistration, VatWait
from shared.trade.vat.numbers import is_well_formed, normal_vat_number, state_of
from shared.trade.vat.rules import is_in_eu
from shared.trade.vendors.models import Vendor

MOST_WORDS = 300


async def state_number(
    *,
    vendor_id: int,
    text: str,
    actor: str,
    look: Look[Mapping[str, Any]] = unseen,
) -> str:
    """Set a vendor's own VAT number, or with nothing take it away; as it is kept.

    Raises BadVatNumber, and what `look` does.
    """
    async with unit.transaction() as tx:
        vendor = await _locked(tx, vendor_id)
        number = normal_vat_number(text, vendor.country)
        before = await current(vendor_id)
        await look({"vat_number": before.number if before else ""})
        if before and before.number == number and not (number and before.refused_at):
            return number
        if before is None and not number:
            return number
        now = clock.now()
        await _replace(before, now)
        made = await _state(vendor, number, actor) if number else None
        tx.record(
            "vendor.vat_number_changed",
            actor=actor,
            subject=f"vendor:{vendor_id}",
            vendor_id=vendor_id,
            before=before.number if before else "",
            after=number,
        )
        await _tell_of_change(tx, vendor, before, made, now)
    return number


async def confirm(
    *,
    vendor_id: int,
    registration_id: int | None,
    proof: str,
    actor: str,
) -> None:
    """Hold a vendor to be the business that it says it is, for the months that are closed from now
    on.

    `registration_id` is what the staff looked at, None where the vendor stated no number. Raises
    RegistrationChanged when the vendor has changed it since, Invalid without a proof or where the
    number must be mended first.
    """
    said = _words(proof, ProofLacking)
    async with unit.transaction() as tx:
        vendor = await _locked(tx, vendor_id)
        row = await _looked_at(vendor_id, registration_id)
        if row is not None and row.confirmed_at is not None:
            return
        _must_be_provable(vendor, row)
        row = row or await _state(vendor, "", actor)
        await VatRegistration.filter(id=row.id, confirmed_at=None).update(
            confirmed_at=clock.now(),
            confirmed_by=actor,
            proof=said,
            refused_at=None,
            refused_by="",
            refusal="",
            updated_at=clock.now(),
        )
        await _note(tx, "vendor.vat_confirmed", row, actor, proof=said)
        await _close_what_waits(tx, vendor_id)
        await _tell_vendor(
            tx, "vat_confirmed", vendor, row, key="confirmed", words=said
        )


async def refuse(
    *,
    vendor_id: int,
    registration_id: int,
    reason: str,
    actor: str,
) -> None:
    """Say that a number is not the vendor's, or no longer: VAT is charged, and the vendor reads
    why. Raises as `confirm` does.
    """
    said = _words(reason, RefusalReasonLacking)
    async with unit.transaction() as tx:
        vendor = await _locked(tx, vendor_id)
        row = await _looked_at(vendor_id, registration_id)
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
        await _note(tx, "vendor.vat_refused", row, actor, reason=said)
        await _tell_vendor(tx, "vat_refused", vendor, row, key="refused", words=said)


async def current(vendor_id: int) -> VatRegistration | None:
    """What is in force."""
    return await VatRegistration.get_or_none(vendor_id=vendor_id, replaced_at=None)


async def _locked(tx: Transaction, vendor_id: int) -> Vendor:
    vendor = await tx.lock(Vendor, id=vendor_id)
    return vendor


async def _looked_at(
    vendor_id: int, registration_id: int | None
) -> VatRegistration | None:
    """The registration in force, if it is the one that somebody looked at.

    Raises RegistrationChanged.
    """
    row = await current(vendor_id)
    if (row.id if row else None) != registration_id:
        raise RegistrationChanged
    return row


async def _replace(row: VatRegistration | None, now: datetime) -> None:
    if row is not None:
        await VatRegistration.filter(id=row.id, replaced_at=None).update(
            replaced_at=now, updated_at=now
        )


async def _state(vendor: Vendor, number: str, actor: str) -> VatRegistration:
    return await VatRegistration.create(
        vendor_id=vendor.id, country=vendor.country, number=number, stated_by=actor
    )


def _must_be_provable(vendor: Vendor, row: VatRegistration | None) -> None:
    """Inside the EU a number is the proof; one that was stored before numbers were checked must be
    mended by the vendor.
    """
    number = row.number if row else ""
    if not number and is_in_eu(vendor.country):
        raise NumberLacking
    if number and not is_well_formed(number, vendor.country):
        raise NumberWrong(number=number)


def _words(text: str, missing: type[Invalid]) -> str:
    said = " ".join(text.split())
    if not said:
        raise missing
    if len(said) > MOST_WORDS:
        raise WordsTooLong(most=MOST_WORDS, param=missing.param)
    return said


async def _note(
    tx: Transaction, action: str, row: VatRegistration, actor: str, **details: str
) -> None:
    subject = f"vendor:{row.vendor_id}"
    tx.record(
        action,
        actor=actor,
        subject=subject,
        vendor_id=row.vendor_id,
        number=row.number,
        **details,
    )


async def _close_what_waits(tx: Transaction, vendor_id: int) -> None:
    """A month that waited for a rate may need none now."""
    if await VatWait.filter(vendor_id=vendor_id).exists():
        tx.emit(MonthsUnblocked(vendor_id))


async def _tell_of_change(
    tx: Transaction,
    vendor: Vendor,
    before: VatRegistration | None,
    made: VatRegistration | None,
    now: datetime,
) -> None:
    """The vendor hears of each change, in case it was somebody else's; the staff of what waits for
    them.
    """
    context = {
        "vendor_name": vendor.name,
        "vendor_id": vendor.id,
        "before": before.number if before else "",
        "number": made.number if made else "",
        "state": state_of(made.number) if made else "",
    }
    key = f"vat:{vendor.id}:{made.id if made else f'none.{now:%Y%m%dT%H%M%S.%f}'}"
    mail.post(
        tx,
        "vat_changed",
        to=vendor.business_email,
        unique_key=f"{key}:changed",
        context=context,
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


async def _tell_vendor(
    tx: Transaction,
    kind: str,
    vendor: Vendor,
    row: VatRegistration,
    *,
    key: str,
    words: str,
) -> None:
    context = {
        "vendor_name": vendor.name,
        "number": row.number,
        "state": state_of(row.number),
        "words": words,
    }
    unique = f"vat:{vendor.id}:{row.id}:{key}:{clock.now():%Y%m%dT%H%M%S.%f}"
    mail.post(
        tx,
        kind,
        to=vendor.business_email,
        unique_key=unique,
        context=context,
    )
