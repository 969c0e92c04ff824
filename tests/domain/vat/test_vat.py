"""VAT numbers that are stated, confirmed and refused; months that wait for a rate; what each does
to the next invoice.
"""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.errors import Invalid
from shared.finance.statements.invoice_issuer import InvoiceIssuer, save_identity
from shared.finance.statements.models import Statement
from shared.finance.statements.queries import statement_of
from shared.finance.statements.service import close_vendor
from shared.infra.audit.models import AuditEntry
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.trade.vat.errors import (
    BadRate,
    BadVatNumber,
    RegistrationChanged,
    UnlikelyRate,
)
from shared.trade.vat.holders import of_vendor
from shared.trade.vat.models import VatRegistration, VatWait
from shared.trade.vat.queries import (
    RegistrationState,
    history_of,
    missing_rates,
    registration_of,
    waiting_numbers,
)
from shared.trade.vat.rates import enter
from shared.trade.vat.rules import Rate, Treatment
from shared.trade.vat.service import confirm, current, refuse, state_number
from tests.support.books import at, sold
from tests.support.factories import make_member, make_ready_vendor
from tests.support.vat import BANK, a_rate, confirmed

if TYPE_CHECKING:
    from shared.trade.vendors.models import Vendor

pytestmark = pytest.mark.usefixtures("database")
US = InvoiceIssuer(
    "Markethall S.à r.l.",
    "12, rue du Marché\nL-1728 Luxembourg",
    "LU",
    "LU12345613",
    Decimal(17),
    "MH",
)
NOVEMBER = at("2026-11-01 01:00")
DANE, SWISS = "DK13585628", "CHE-107.787.577 MWST"


async def a_vendor(country: str = "DK", number: str = "", **values: Any) -> Vendor:
    """A vendor that may state a number, and a marketplace in Luxembourg."""
    await save_identity(US, actor="test")
    vendor = await make_ready_vendor(country=country, **values)
    if number:
        await state_number(holder=of_vendor(vendor.id), text=number, actor="member:1")
    return vendor


async def october(
    vendor: Vendor,
    *,
    currency: str = "EUR",
    closes: int = 1,
) -> Statement | None:
    """Close an October with 11.70 of commission in it."""
    await sold(
        vendor, at("2026-10-05 10:00"), total=11700, commission=1170, currency=currency
    )
    with clock.use(lambda: NOVEMBER):
        assert await close_vendor(vendor.id) == closes
    return await Statement.get_or_none(vendor_id=vendor.id)


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
    row = await current(of_vendor(vendor.id))
    assert row is not None
    await refuse(
        holder=of_vendor(vendor.id),
        registration_id=row.id,
        reason="VIES says no since today",
        actor="member:9",
    )
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
    row = await current(of_vendor(vendor.id))
    assert row is not None
    await refuse(
        holder=of_vendor(vendor.id),
        registration_id=row.id,
        reason="Another name",
        actor="test",
    )
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


class TestRates:
    """An invoice in another currency than the state's (article 230)."""

    async def test_a_month_waits_for_its_rate_and_is_closed_when_it_is_there(
        self,
    ) -> None:
        """It says which is missing, takes no number, and later months wait behind it; another
        currency does not.
        """
        vendor = await a_vendor("DK")
        await sold(vendor, at("2026-10-06 10:00"))
        await sold(
            vendor, at("2026-11-06 10:00"), total=9000, commission=900, currency="DKK"
        )
        assert await october(vendor, currency="DKK") is not None  # the one in euros
        with clock.use(lambda: at("2026-12-01 01:00")):
            assert await close_vendor(vendor.id) == 0
        (missing,) = await missing_rates()
        assert (missing.currency, missing.into, missing.day, missing.vendors) == (
            "DKK",
            "EUR",
            date(2026, 10, 31),
            1,
        )

        await a_rate("DKK", day="2026-10-30")
        assert await Job.filter(
            kind="statements.close_vendor", args={"vendor_id": vendor.id}
        ).exists()
        with clock.use(lambda: at("2026-12-01 02:00")):
            assert await close_vendor(vendor.id) == 1
        assert [wait.month for wait in await VatWait.all()] == ["2026-11"]
        closed = await Statement.get(currency="DKK")
        assert (closed.month, closed.vat, closed.number) == (
            "2026-10",
            170,
            "MH-2026-000002",
        )
        view = await statement_of(vendor.id, "2026-10", "DKK")
        assert view.state_vat is not None
        assert str(view.state_vat.amount) == "€0.23"
        assert str(view.state_vat.rate) == "1 EUR = 7.4604 DKK"
        assert (
            view.state_vat.rate.source,
            view.state_vat.rate.day,
        ) == (BANK, date(2026, 10, 30))
        told = await Email.get(unique_key=f"statement:{closed.number}")
        assert (
            "which is €0.23 (1 EUR = 7.4604 DKK, European Central Bank)." in told.text
        )

    @pytest.mark.one_engine
    async def test_a_rate_entered_anew_changes_no_written_invoice(self) -> None:
        """It holds for those to come."""
        vendor = await a_vendor("DK")
        await a_rate("DKK")
        await october(vendor, currency="DKK")
        await a_rate("DKK", "7.4700")
        view = await statement_of(vendor.id, "2026-10", "DKK")
        assert view.state_vat is not None
        assert str(view.state_vat.rate) == "1 EUR = 7.4604 DKK"

    @pytest.mark.one_engine
    @pytest.mark.parametrize(
        ("day", "is_known"),
        [("2026-10-31", True), ("2026-10-25", True), ("2026-10-24", False)],
    )
    async def test_only_the_latest_rate_of_the_month_counts(
        self, day: str, is_known: bool
    ) -> None:
        """Of its last day, or of the last working day before it."""
        vendor = await a_vendor("DK")
        await a_rate("DKK", day=day)
        closed = await october(vendor, currency="DKK", closes=int(is_known))
        assert (closed is not None) == is_known

    async def test_no_rate_is_needed_where_no_vat_is_charged(self) -> None:
        """Confirming the number lets the month that waited be closed."""
        vendor = await a_vendor("DK", DANE)
        assert await october(vendor, currency="DKK", closes=0) is None
        await confirmed(vendor)
        assert await Job.filter(kind="statements.close_vendor").exists()
        with clock.use(lambda: NOVEMBER):
            assert await close_vendor(vendor.id) == 1
        assert await missing_rates() == ()
        assert (await Statement.get()).state_vat is None

    @pytest.mark.one_engine
    async def test_the_open_month_says_that_a_rate_will_be_needed(self) -> None:
        """And why VAT is in it."""
        vendor = await a_vendor("DK")
        with clock.use(lambda: at("2026-10-10 01:00")):
            await sold(
                vendor,
                at("2026-10-05 10:00"),
                total=11700,
                commission=1170,
                currency="DKK",
            )
            view = await statement_of(vendor.id, "2026-10")
        assert (view.awaits_rate_in, view.treatment) == ("EUR", Treatment.UNPROVEN)

    @pytest.mark.one_engine
    @pytest.mark.parametrize(
        ("base", "quote", "rate", "day", "param"),
        [
            ("EUR", "EUR", "1", "2026-10-30", "quote"),
            ("EUR", "DKK", "0", "2026-10-30", "rate"),
            ("EUR", "DKK", "-7", "2026-10-30", "rate"),
            ("EUR", "DKK", "NaN", "2026-10-30", "rate"),
            ("EUR", "DKK", "7.123456789", "2026-10-30", "rate"),
            ("EUR", "DKK", "7.4", "2999-01-01", "day"),
            ("SEK", "EUR", "0.09", "2026-10-30", "base"),
        ],
    )
    async def test_what_is_no_rate_is_refused(
        self, base: str, quote: str, rate: str, day: str, param: str
    ) -> None:
        """At the field; the other way round is the same rate."""
        await a_rate("SEK", "11.2")
        with pytest.raises(BadRate) as told:
            await enter(
                Rate(base, quote, Decimal(rate), BANK, date.fromisoformat(day)),
                actor="test",
            )
        assert told.value.param == param

    @pytest.mark.one_engine
    async def test_a_rate_far_from_the_last_is_asked_about(self) -> None:
        """7.46 typed as 74.6 would stand on invoices."""
        await a_rate("DKK")
        odd = Rate("EUR", "DKK", Decimal("74.6"), BANK, date(2026, 10, 31))
        with pytest.raises(UnlikelyRate, match=r"7\.4604"):
            await enter(odd, actor="test")
        await enter(odd, actor="test", is_sure=True)
        assert await AuditEntry.filter(action="vat.rate_entered").count() == 2
