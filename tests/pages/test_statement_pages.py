"""Statements on pages and as downloads: the vendor's own, the operator's view of every vendor's,
and invoicing.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.statements.document import as_pdf
from shared.finance.statements.exports import as_csv
from shared.finance.statements.invoice_issuer import (
    identity,
    save_identity,
)
from shared.finance.statements.queries import statement_of
from shared.finance.statements.service import close_vendor
from shared.trade.vat.queries import registration_of
from tests.support.books import arrived, at, refunded, sold
from tests.support.factories import make_ready_vendor
from tests.support.issuer import US
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import counted, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.trade.vendors.models import Vendor
    from tests.support.portal import Portal

pytestmark = pytest.mark.usefixtures("database")
LIST = "/vendor/admin/statements"
FORM = {
    "legal_name": "Markethall S.à r.l.",
    "address": "12, rue du Marché\r\nL-1728 Luxembourg",
    "country": "LU",
    "vat_number": "LU 123 456 13",
    "vat_percentage": "17",
    "invoice_prefix": "mh",
}


async def an_october(vendor: Vendor) -> str:
    """A closed October with a sale, a refund of it and a payout: the order's number."""
    await save_identity(US, actor="test")
    order = await sold(vendor, at("2026-10-05 10:00"))
    await refunded(order, at("2026-10-06 10:00"), vendor_part=1800, commission_part=200)
    await arrived(vendor, at("2026-10-08 09:00"), 4000)
    with clock.use(lambda: at("2026-11-01 02:00")):
        assert await close_vendor(vendor.id) == 1
    return str(order.number)


async def stated(portal: Portal) -> str:
    """The VAT number that the vendor states now."""
    found = await registration_of((await portal.vendor()).id)
    return found.number if found else ""


async def fetched(portal: Portal, address: str) -> tuple[str, str, str]:
    """A download's type, name and digest."""
    answer = await portal.send("GET", address)
    assert answer.status_code == 200, address
    body = await answer.get_data(as_text=False)
    named = answer.headers["Content-Disposition"]
    return answer.headers["Content-Type"], named, hashlib.sha256(body).hexdigest()


class TestTheVendors:
    async def test_months_and_lines(self, client: TestClientProtocol) -> None:
        """Opening, closing and invoice in the list; each fact with the balance after it on the
        month's page.
        """
        portal = await signed_in(client)
        number = await an_october(await portal.vendor())

        said = words(await portal.get(LIST))
        assert "October 2026 €0.00 €32.00 MH-2026-000001 €8.00 PDF · CSV" in said
        page = await portal.get(f"{LIST}/2026-10")
        assert f'href="/vendor/admin/orders/{number}"' in page
        said = words(page)
        assert f"Sale {number} €100.00 −€10.00 €90.00 €90.00" in said
        assert f"Refund {number} −€20.00 €2.00 −€18.00 €72.00" in said
        assert "Payout to your bank −€40.00 −€40.00 €32.00" in said
        assert "Net €6.84 VAT 17% €1.16 Total €8.00" in said

    async def test_files_are_the_same_to_the_byte_also_after_further_sales(
        self, client: TestClientProtocol
    ) -> None:
        """CSV and PDF of a closed month; they are for this browser alone."""
        portal = await signed_in(client)
        vendor = await portal.vendor()
        await an_october(vendor)
        before = [
            await fetched(portal, f"{LIST}/2026-10.{ending}")
            for ending in ("csv", "pdf")
        ]
        order = await sold(vendor, at("2026-11-02 10:00"))
        await refunded(
            order, at("2026-11-02 11:00"), vendor_part=900, commission_part=100
        )
        assert [
            await fetched(portal, f"{LIST}/2026-10.{ending}")
            for ending in ("csv", "pdf")
        ] == before
        assert [kind for kind, _, _ in before] == [
            "text/csv; charset=utf-8",
            "application/pdf",
        ]
        assert (
            before[1][1]
            == 'attachment; filename="statement-2026-10-EUR-MH-2026-000001.pdf"'
        )

    async def test_the_running_month_has_no_number(
        self, client: TestClientProtocol
    ) -> None:
        """It can be looked at and taken along all the same."""
        portal = await signed_in(client)
        with clock.use(lambda: at("2026-11-10 12:00")):
            await sold(await portal.vendor(), at("2026-11-05 10:00"))
            assert "So far" in await portal.get(LIST)
            assert "This month is still running" in await portal.get(f"{LIST}/2026-11")
            assert "running" in (await fetched(portal, f"{LIST}/2026-11.pdf"))[1]

    async def test_a_vendor_without_sales_is_told_what_will_come(
        self, client: TestClientProtocol
    ) -> None:
        """No table of nothing."""
        assert "Your first sale opens the account" in await (
            await signed_in(client)
        ).get(LIST)

    @pytest.mark.parametrize(
        "path",
        [
            "2026-09",
            "2026-13",
            "2026-10.txt",
            "2026-10?currency=DKK",
            "2026-10.pdf?currency=%F0%9F%98%80",
            "x" * 300,
            "vat-number",
        ],
    )
    async def test_what_is_no_statement_is_404(
        self, client: TestClientProtocol, path: str
    ) -> None:
        """Months without movements, no months at all, currencies that were never used."""
        portal = await signed_in(client)
        await an_october(await portal.vendor())
        assert (await portal.send("GET", f"{LIST}/{path}")).status_code == 404

    async def test_another_vendors_months_are_not_found(
        self, client: TestClientProtocol
    ) -> None:
        """Neither as page nor as file; and the operator's addresses are closed."""
        other = await make_ready_vendor()
        await an_october(other)
        portal = await signed_in(client)
        for path in ("2026-10", "2026-10.csv", "2026-10.pdf"):
            assert (await portal.send("GET", f"{LIST}/{path}")).status_code == 404
            address = f"/operator/vendors/{other.id}/statements/{path}"
            assert (await portal.send("GET", address)).status_code == 403

    async def test_the_vat_number_is_kept_or_told_to_be_wrong(
        self, client: TestClientProtocol
    ) -> None:
        """What was typed stays in the form."""
        portal = await signed_in(client)
        good = await portal.post(LIST, {"vat_number": "lu 123 456 13"})
        assert (good.status_code, await stated(portal)) == (303, "LU12345613")
        for wrong in ("FR12345678", "12", "x" * 200):
            bad = await portal.post(LIST, {"vat_number": wrong})
            text = await bad.get_data(as_text=True)
            assert bad.status_code == 422
            assert wrong in text
            assert "VAT number" in words(text)
        assert await stated(portal) == "LU12345613"
        assert (await portal.post(LIST, {"vat_number": ""})).status_code == 303
        assert await stated(portal) == ""

    @pytest.mark.one_engine
    async def test_pages_cost_the_same_with_ten_lines_and_a_hundred(
        self, client: TestClientProtocol
    ) -> None:
        """Constant numbers of queries."""
        portal = await signed_in(client)
        vendor = await portal.vendor()
        addresses = [LIST, f"{LIST}/2026-11", f"{LIST}/2026-11.csv"]

        async def costs() -> list[int]:
            found = []
            for address in addresses:
                with counted() as queries:
                    assert (await portal.send("GET", address)).status_code == 200
                found.append(len(queries))
            return found

        with clock.use(lambda: at("2026-11-20 12:00")):
            for n in range(10):
                await sold(vendor, at(f"2026-11-05 10:{n:02d}"))
            await costs()
            few = await costs()
            for n in range(90):
                await sold(vendor, at(f"2026-11-06 {n // 60:02d}:{n % 60:02d}"))
            assert await costs() == few
        assert max(few) <= 18, few


class TestTheOperators:
    async def test_every_vendors_statements(self, client: TestClientProtocol) -> None:
        """The list, a vendor's months, one month and its files, the same bytes as the vendor's
        own.
        """
        vendor = await make_ready_vendor(name="Vélo Żółw")
        number = await an_october(vendor)
        portal = await operator_in(client)
        base = f"/operator/vendors/{vendor.id}/statements"
        assert "MH-2026-000001 Vélo Żółw October 2026" in words(
            await portal.get("/operator/statements")
        )
        assert "MH-2026-000001" in await portal.get(base)
        assert f'href="/operator/orders/{number}"' in await portal.get(
            f"{base}/2026-10"
        )
        view = await statement_of(vendor.id, "2026-10")
        for ending, body in (("csv", as_csv(view)), ("pdf", as_pdf(view))):
            assert (await fetched(portal, f"{base}/2026-10.{ending}"))[
                2
            ] == hashlib.sha256(body).hexdigest()
        for path in ("2026-09", "2026-09.pdf"):
            assert (await portal.send("GET", f"{base}/{path}")).status_code == 404
        for address in (
            "/operator/vendors/99999999999999999999/statements",
            "/operator/vendors/0/statements/2026-10",
        ):
            assert (await portal.send("GET", address)).status_code == 404

    async def test_invoicing_is_set_and_says_that_it_was_not(
        self, client: TestClientProtocol
    ) -> None:
        """Until then the staff's list asks for it."""
        portal = await operator_in(client)
        assert "Statements wait for you" in await portal.get("/operator/statements")
        assert "Nobody writes invoices yet" in await portal.get("/operator/invoicing")
        answer = await portal.post("/operator/invoicing", FORM)
        assert answer.status_code == 303
        found = await identity()
        assert found is not None
        assert (found.vat_number, found.invoice_prefix, found.vat_percentage) == (
            "LU12345613",
            "MH",
            17,
        )
        assert found.address == "12, rue du Marché\nL-1728 Luxembourg"
        assert "Statements wait for you" not in await portal.get("/operator/statements")
        assert 'value="17' in await portal.get("/operator/invoicing")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"legal_name": ""},
            {"legal_name": "x" * 121},
            {"address": ""},
            {"country": "XX"},
            {"vat_number": "DK123456"},
            {"vat_percentage": "100"},
            {"vat_percentage": "abc"},
            {"vat_percentage": ""},
            {"invoice_prefix": "M H"},
            {"invoice_prefix": ""},
            {"invoice_prefix": "../"},
        ],
    )
    async def test_what_is_wrong_is_told_and_nothing_is_kept(
        self, client: TestClientProtocol, wrong: dict[str, str]
    ) -> None:
        """422; what was typed stays in the form."""
        portal = await operator_in(client)
        answer = await portal.post("/operator/invoicing", {**FORM, **wrong})
        assert answer.status_code == 422
        assert await identity() is None
        if "legal_name" not in wrong:
            assert FORM["legal_name"] in await answer.get_data(as_text=True)

    async def test_a_vendor_may_not_set_it(self, client: TestClientProtocol) -> None:
        """403, nothing changed."""
        portal = await signed_in(client)
        assert (await portal.post("/operator/invoicing", FORM)).status_code == 403
        assert await identity() is None
