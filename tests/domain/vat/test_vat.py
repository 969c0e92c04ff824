"""A vendor's VAT number: stated, confirmed or refused, and what that charges."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.errors import Invalid
from shared.finance.statements.models import Statement
from shared.infra.audit.models import AuditEntry
from shared.infra.mail.models import Email
from shared.trade.vat.errors import (
    BadVatNumber,
    RegistrationChanged,
)
from shared.trade.vat.holders import of_vendor
from shared.trade.vat.models import VatRegistration
from shared.trade.vat.queries import (
    RegistrationState,
    history_of,
    registration_of,
    waiting_numbers,
)
from shared.trade.vat.service import confirm, current, refuse, state_number
from tests.support.books import at
from tests.support.factories import make_member, make_ready_vendor
from tests.support.vat import confirmed
from tests.support.vat_months import DANE, SWISS, a_vendor, october

if TYPE_CHECKING:
    from shared.trade.vendors.models import Vendor

pytestmark = pytest.mark.usefixtures("database")


async def _refused(vendor: Vendor, reason: str, *, actor: str) -> None:
    """The number that the vendor states now is refused."""
    row = await current(of_vendor(vendor.id))
    assert row is not None
    await refuse(
        holder=of_vendor(vendor.id), registration_id=row.id, reason=reason, actor=actor
    )


@pytest.mark.parametrize(
    ("country", "number", "is_confirmed", "vat", "words"),
    [
        ("DK", "", False, 170, ""),
        ("DK", DANE, False, 170, ""),
        ("DK", DANE, True, 0, "Article 196"),
        ("CH", SWISS, False, 170, ""),
        ("LI", SWISS, True, 0, "established abroad"),
        ("GB", "", True, 0, "established abroad"),
    ],
)
async def test_what_is_confirmed_decides_about_the_vat(
    country: str, number: str, is_confirmed: bool, vat: int, words: str
) -> None:
    """Nothing unconfirmed does; and only a confirmed number stands on the invoice."""
    vendor = await a_vendor(country, number)
    if is_confirmed:
        await confirmed(vendor)
    closed = await october(vendor)
    assert closed is not None
    assert closed.vat == vat
    assert words in closed.parties["note"]
    assert bool(closed.parties["buyer"]["vat_number"]) == (
        is_confirmed and bool(number)
    )


async def test_a_change_has_to_be_confirmed_again() -> None:
    """What was looked at says nothing about another number; the old one stays in the history."""
    vendor = await a_vendor("DK", DANE)
    await confirmed(vendor)
    # The same.
    assert (
        await state_number(
            holder=of_vendor(vendor.id), text="DK 13 58 56 28", actor="member:1"
        )
        == DANE
    )
    found = await registration_of(vendor.id)
    assert found is not None
    assert (found.status, found.words, found.state) == (
        RegistrationState.CONFIRMED,
        "VIES, 28 November 2026",
        "Denmark",
    )

    await state_number(holder=of_vendor(vendor.id), text="DK25313763", actor="member:1")

    found = await registration_of(vendor.id)
    assert found is not None
    assert (found.number, found.status, found.decided_at) == (
        "DK25313763",
        RegistrationState.WAITING,
        None,
    )
    assert [
        (old.number, old.status) for old in await history_of(of_vendor(vendor.id))
    ] == [(DANE, RegistrationState.CONFIRMED)]
    closed = await october(vendor)
    assert closed is not None
    assert closed.vat == 170


@pytest.mark.one_engine
async def test_taking_it_away_and_stating_it_again_confirms_nothing() -> None:
    """A vendor cannot get its own confirmation back."""
    vendor = await a_vendor("DK", DANE)
    await confirmed(vendor)
    for text in ("", "", DANE):
        await state_number(holder=of_vendor(vendor.id), text=text, actor="member:1")
    found = await registration_of(vendor.id)
    assert found is not None
    assert found.status is RegistrationState.WAITING
    assert await VatRegistration.filter(vendor_id=vendor.id).count() == 2


async def test_each_step_is_audited_and_mailed() -> None:
    """Changed, confirmed, refused: the vendor hears of each, staff of what waits for them."""
    operator = await make_member(None)
    vendor = await a_vendor("DK", DANE)
    await confirmed(vendor)
    await _refused(vendor, "VIES says no since today", actor="member:9")
    await state_number(holder=of_vendor(vendor.id), text="", actor="member:1")

    trail = (
        await AuditEntry.filter(subject=f"vendor:{vendor.id}")
        .order_by("id")
        .values_list("action", flat=True)
    )
    assert trail == [
        "vendor.vat_number_changed",
        "vendor.vat_confirmed",
        "vendor.vat_refused",
        "vendor.vat_number_changed",
    ]
    mails = [(mail.to, mail.kind) for mail in await Email.all().order_by("id")]
    assert mails == [
        (vendor.business_email, "vat_changed"),
        (operator.email, "vat_to_confirm"),
        (vendor.business_email, "vat_confirmed"),
        (vendor.business_email, "vat_refused"),
        (vendor.business_email, "vat_changed"),
    ]
    assert "VIES says no since today" in (await Email.get(kind="vat_refused")).text


@pytest.mark.one_engine
async def test_what_was_refused_charges_vat_and_can_be_stated_again() -> None:
    """Then it waits anew."""
    vendor = await a_vendor("DK", DANE)
    await confirmed(vendor)
    await _refused(vendor, "Another name", actor="test")
    assert await waiting_numbers() is None
    closed = await october(vendor)
    assert closed is not None
    assert (closed.vat, closed.parties["buyer"]["vat_number"]) == (170, "")
    await state_number(holder=of_vendor(vendor.id), text=DANE, actor="member:1")
    waiting = await waiting_numbers()
    assert waiting is not None
    assert (waiting.count, waiting.number) == (1, DANE)


async def test_nobody_confirms_what_has_changed_since_they_looked() -> None:
    """The page shows the new one and asks again."""
    vendor = await a_vendor("DK", DANE)
    seen = await current(of_vendor(vendor.id))
    assert seen is not None
    await state_number(holder=of_vendor(vendor.id), text="DK25313763", actor="member:1")
    for decide in (
        confirm(
            holder=of_vendor(vendor.id),
            registration_id=seen.id,
            proof="VIES",
            actor="test",
        ),
        confirm(
            holder=of_vendor(vendor.id),
            registration_id=None,
            proof="VIES",
            actor="test",
        ),
        refuse(
            holder=of_vendor(vendor.id),
            registration_id=seen.id,
            reason="No",
            actor="test",
        ),
    ):
        with pytest.raises(RegistrationChanged):
            await decide
    found = await registration_of(vendor.id)
    assert found is not None
    assert found.status is RegistrationState.WAITING


async def test_two_who_confirm_at_once_confirm_once() -> None:
    """One entry, one mail."""
    vendor = await a_vendor("DK", DANE)
    await asyncio.gather(*(confirmed(vendor) for _ in range(4)))
    assert await AuditEntry.filter(action="vendor.vat_confirmed").count() == 1
    assert await Email.filter(kind="vat_confirmed").count() == 1


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("country", "proof", "words"),
    [("DK", "VIES", "no VAT number"), ("CH", "  ", "what you looked at")],
)
async def test_what_proves_nothing_is_refused(
    country: str, proof: str, words: str
) -> None:
    """Inside the EU only a number will do; anywhere something must have been looked at."""
    vendor = await a_vendor(country)
    with pytest.raises(Invalid, match=words):
        await confirm(
            holder=of_vendor(vendor.id), registration_id=None, proof=proof, actor="test"
        )
    assert await current(of_vendor(vendor.id)) is None


async def test_the_database_holds_one_number_in_force_and_one_decision() -> None:
    """Whatever code may do one day."""
    vendor = await a_vendor("DK", DANE)
    with pytest.raises(IntegrityError):
        await VatRegistration.create(
            vendor_id=vendor.id, country="DK", number="DK25313763", stated_by="x"
        )
    for wrong in (
        {"confirmed_at": clock.now()},
        {"confirmed_at": clock.now(), "refused_at": clock.now(), "proof": "x"},
    ):
        with pytest.raises(IntegrityError):
            await VatRegistration.filter(vendor_id=vendor.id).update(**wrong)


class TestNumbersOfBefore:
    """Migration 0021 keeps what was stated before numbers were checked."""

    async def test_they_are_kept_in_their_normal_form_and_wait(
        self, database: str
    ) -> None:
        """Greece's prefix is EL, a Swiss number has no ending; nothing is confirmed, and what
        cannot be right says so.
        """
        script = import_module("shared.infra.database.migrations.0020_vat")
        database_of = get_connection("default")
        stated = {"GR": "GR094259216", "CH": "CHE107787577MWST", "DK": "DK12", "SE": ""}
        vendors = {
            country: await make_ready_vendor(country=country) for country in stated
        }
        await database_of.execute_script(
            "ALTER TABLE vendors ADD COLUMN vat_number VARCHAR(20) NOT NULL DEFAULT ''"
        )
        try:
            for country, number in stated.items():
                sql = f"UPDATE vendors SET vat_number = '{number}' WHERE id = {vendors[country].id}"
                await database_of.execute_query(sql)
            await database_of.execute_query(script.KEEP_NUMBERS)
        finally:
            await database_of.execute_script(
                "ALTER TABLE vendors DROP COLUMN vat_number"
            )

        found = {
            country: await registration_of(vendor.id)
            for country, vendor in vendors.items()
        }
        kept = {
            c: (r.number, r.status, r.is_well_formed) if r else None
            for c, r in found.items()
        }
        assert kept == {
            "GR": ("EL094259216", RegistrationState.WAITING, True),
            "CH": ("CHE107787577", RegistrationState.WAITING, True),
            "DK": ("DK12", RegistrationState.WAITING, False),
            "SE": None,
        }
        with pytest.raises(BadVatNumber, match="cannot be right"):
            await confirmed(vendors["DK"])

    async def test_months_closed_before_are_months_of_utc(self, database: str) -> None:
        """From midnight to midnight there, over the turn of a year as well."""
        script = import_module("shared.infra.database.migrations.0020_vat")
        vendor = await a_vendor("LU")
        for month in ("2026-02", "2026-12"):
            await Statement.create(
                vendor_id=vendor.id,
                month=month,
                currency="EUR",
                number=month,
                opening=0,
                closing=0,
                commission=0,
                last_entry_id=1,
                starts_at=at("2020-01-01 00:00"),
                ends_at=at("2020-01-02 00:00"),
            )
        spans = script.SPANS_POSTGRES if "postgres" in database else script.SPANS_SQLITE
        await get_connection("default").execute_query(spans)
        assert [
            (row.starts_at, row.ends_at)
            for row in await Statement.all().order_by("month")
        ] == [
            (at("2026-02-01 00:00"), at("2026-03-01 00:00")),
            (at("2026-12-01 00:00"), at("2027-01-01 00:00")),
        ]
