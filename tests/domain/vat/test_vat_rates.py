"""A month whose VAT is of another currency waits for its rate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared.core import clock
from shared.finance.statements.models import Statement
from shared.finance.statements.queries import statement_of
from shared.finance.statements.service import close_vendor
from shared.infra.audit.models import AuditEntry
from shared.infra.jobs.models import Job
from shared.infra.mail.models import Email
from shared.trade.vat.errors import (
    BadRate,
    UnlikelyRate,
)
from shared.trade.vat.models import VatWait
from shared.trade.vat.queries import (
    missing_rates,
)
from shared.trade.vat.rates import enter
from shared.trade.vat.rules import Rate, Treatment
from tests.support.books import at, sold
from tests.support.vat import BANK, a_rate, confirmed
from tests.support.vat_months import DANE, NOVEMBER, a_vendor, october

pytestmark = pytest.mark.usefixtures("database")


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
