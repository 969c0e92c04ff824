"""VAT on pages: what a vendor reads of its number, what staff decides, rates, and what the
operator's home counts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.statements.invoice_issuer import save_identity
from shared.finance.statements.service import close_vendor
from shared.trade.vat.holders import of_vendor
from shared.trade.vat.models import VatRate
from shared.trade.vat.queries import RegistrationState, registration_of
from shared.trade.vat.service import state_number
from tests.support.books import at, sold
from tests.support.factories import make_ready_vendor
from tests.support.issuer import US
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.trade.vendors.models import Vendor
    from tests.support.portal import Portal

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.one_engine]
RATE = {
    "base": "EUR",
    "quote": "DKK",
    "rate": "7,4604",
    "day": "2026-10-30",
    "source": "European Central Bank",
}


async def a_dane(number: str = "DK13585628") -> Vendor:
    """A vendor in Denmark that states a number to a marketplace in Luxembourg."""
    await save_identity(US, actor="test")
    vendor = await make_ready_vendor(country="DK", name="Vélo Nord")
    await state_number(holder=of_vendor(vendor.id), text=number, actor="member:1")
    return vendor


async def decide(portal: Portal, vendor: Vendor, verb: str, **fields: str) -> int:
    """Send a decision about what is shown; the status that came back."""
    found = await registration_of(vendor.id)
    sent = {"registration": str(found.id) if found else "", **fields}
    return int(
        (
            await portal.post(f"/operator/vendors/{vendor.id}/vat/{verb}", sent)
        ).status_code
    )


async def test_a_vendor_reads_its_numbers_state_and_what_it_means(
    client: TestClientProtocol,
) -> None:
    """Waiting, confirmed, refused: a sentence for each beside the field."""
    await save_identity(US, actor="test")
    portal = await signed_in(client)
    vendor = await portal.vendor()
    assert "same state" in words(await portal.get("/vendor/admin/statements"))
    await type(vendor).filter(id=vendor.id).update(country="DK")
    assert "Without a confirmed VAT number" in words(
        await portal.get("/vendor/admin/statements")
    )
    await portal.post("/vendor/admin/statements", {"vat_number": "13 58 56 28"})
    said = words(await portal.get("/vendor/admin/statements"))
    assert (
        "DK13585628 (Denmark) Not confirmed yet Until the marketplace’s staff has confirmed "
        "the number"
    ) in said


async def test_staff_finds_what_waits_looks_it_up_and_confirms(
    client: TestClientProtocol,
) -> None:
    """Home counts it, the list has it, its page says where to look and which rule decides; then it
    waits no more.
    """
    vendor = await a_dane()
    portal = await operator_in(client)
    assert "1 VAT number waits to be confirmed Vélo Nord: DK13585628." in words(
        await portal.get("/operator")
    )
    assert "Vélo Nord DK13585628 Denmark" in words(await portal.get("/operator/vat"))
    page = await portal.get(f"/operator/vendors/{vendor.id}/vat")
    assert 'href="https://ec.europa.eu/taxation_customs/vies/"' in page
    assert "articles 44 and 196" in words(page)
    assert "Not confirmed yet" in words(
        await portal.get(f"/operator/vendors/{vendor.id}")
    )

    assert await decide(portal, vendor, "confirm", proof="") == 422
    assert await decide(portal, vendor, "confirm", proof="VIES, 28 November") == 303

    found = await registration_of(vendor.id)
    assert found is not None
    assert (found.status, found.decided_by) == (
        RegistrationState.CONFIRMED,
        "Otto Operator",
    )
    assert "VAT number waits" not in await portal.get("/operator")
    assert "No number waits for you" in await portal.get("/operator/vat")
    assert "Vélo Nord DK13585628" in words(
        await portal.get("/operator/vat?state=confirmed")
    )
    said = words(await portal.get(f"/operator/vendors/{vendor.id}/vat"))
    assert "Reverse charge: the vendor accounts for the VAT" in said
    assert "VIES, 28 November" in said


async def test_staff_refuses_and_the_page_asks_again_when_it_has_changed(
    client: TestClientProtocol,
) -> None:
    """409 with what is stated now; nothing was decided about it."""
    vendor = await a_dane()
    portal = await operator_in(client)
    seen = await registration_of(vendor.id)
    assert seen is not None
    await state_number(holder=of_vendor(vendor.id), text="DK25313763", actor="member:1")
    sent = {"registration": str(seen.id), "proof": "VIES"}
    answer = await portal.post(f"/operator/vendors/{vendor.id}/vat/confirm", sent)
    text = await answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "DK25313763" in text
    assert "changed this in the meantime" in text
    assert await decide(portal, vendor, "refuse", reason="") == 422
    assert await decide(portal, vendor, "refuse", reason="Not in VIES") == 303
    assert "Vélo Nord" in await portal.get("/operator/vat?state=refused")


@pytest.mark.parametrize(
    ("country", "words_of_rule"),
    [
        ("CH", "Outside the EU a number decides nothing"),
        ("GB", "An XI number"),
        ("LU", "In your own state"),
    ],
)
async def test_the_rule_that_decides_stands_beside_the_decision(
    client: TestClientProtocol, country: str, words_of_rule: str
) -> None:
    """Also of a vendor that stated nothing: outside the EU a proof is noted without a number."""
    await save_identity(US, actor="test")
    vendor = await make_ready_vendor(country=country)
    portal = await operator_in(client)
    assert words_of_rule in words(
        await portal.get(f"/operator/vendors/{vendor.id}/vat")
    )
    noted = await decide(
        portal, vendor, "confirm", proof="Register extract of 1 November"
    )
    assert noted == (422 if country == "LU" else 303)


@pytest.mark.parametrize("verb", ["confirm", "refuse"])
async def test_a_vendor_decides_nothing(client: TestClientProtocol, verb: str) -> None:
    """403; nor does it see the staff's pages."""
    vendor = await a_dane()
    portal = await signed_in(client)
    assert await decide(portal, vendor, verb, proof="VIES", reason="x") == 403
    for address in (
        "/operator/vat",
        "/operator/vat/rates",
        f"/operator/vendors/{vendor.id}/vat",
    ):
        assert (await portal.send("GET", address)).status_code == 403


async def test_a_number_of_before_that_cannot_be_right_is_refused_not_confirmed(
    client: TestClientProtocol,
) -> None:
    """The page says so and offers the one thing that helps."""
    vendor = await a_dane()
    from shared.trade.vat.models import VatRegistration

    await VatRegistration.filter(vendor_id=vendor.id).update(number="DK12")
    portal = await operator_in(client)
    said = words(await portal.get(f"/operator/vendors/{vendor.id}/vat"))
    assert "DK12 cannot be right" in said
    assert await decide(portal, vendor, "confirm", proof="VIES") == 422


async def test_home_says_which_rate_is_missing_and_entering_it_closes_the_month(
    client: TestClientProtocol,
) -> None:
    """With a link that fills the form in; a rate far from the last one is asked about, and nothing
    typed is lost.
    """
    vendor = await a_dane()
    await sold(
        vendor, at("2026-10-05 10:00"), total=11700, commission=1170, currency="DKK"
    )
    with clock.use(lambda: at("2026-11-01 01:00")):
        assert await close_vendor(vendor.id) == 0
    portal = await operator_in(client)
    page = await portal.get("/operator")
    assert "1 month waits for an exchange rate DKK in EUR of 31 October 2026" in words(
        page
    )
    assert (
        'href="/operator/vat/rates?base=EUR&amp;quote=DKK&amp;day=2026-10-31"' in page
    )
    assert 'value="2026-10-31"' in await portal.get(
        "/operator/vat/rates?base=EUR&quote=DKK&day=2026-10-31"
    )

    assert (await portal.post("/operator/vat/rates", RATE)).status_code == 303
    assert await VatRate.filter(rate=Decimal("7.4604")).exists()
    odd = {**RATE, "day": "2026-10-29", "rate": "74.6"}
    asked = await portal.post("/operator/vat/rates", odd)
    text = await asked.get_data(as_text=True)
    assert asked.status_code == 422
    assert 'value="74.6"' in text
    assert 'name="is_sure"' in text
    assert (
        await portal.post("/operator/vat/rates", {**odd, "is_sure": "y"})
    ).status_code == 303
    with clock.use(lambda: at("2026-11-01 02:00")):
        assert await close_vendor(vendor.id) == 1
    said = words(
        await portal.get(
            f"/operator/vendors/{vendor.id}/statements/2026-10?currency=DKK"
        )
    )
    assert "VAT in EUR €0.23 1 EUR = 7.4604 DKK, European Central Bank, 30 Oct" in said
    assert "waits for an exchange rate" not in await portal.get("/operator")


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": ""},
        {"rate": "abc"},
        {"rate": "1,085"},
        {"day": ""},
        {"day": "x"},
        {"source": ""},
        {"quote": "EUR"},
        {"base": "ABC"},
        {"rate": "9" * 400},
    ],
)
async def test_a_rate_that_is_none_is_told_at_its_field(
    client: TestClientProtocol, wrong: dict[str, str]
) -> None:
    """422, never a 500; nothing is kept."""
    portal = await operator_in(client)
    assert (
        await portal.post("/operator/vat/rates", {**RATE, **wrong})
    ).status_code == 422
    assert not await VatRate.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/operator/vat?state=%F0%9F%98%80",
        "/operator/vat?page=x",
        "/operator/vat/rates?day=x&base=%27",
    ],
)
async def test_odd_addresses_show_the_page(
    client: TestClientProtocol, path: str
) -> None:
    """And a vendor that is none is not found."""
    portal = await operator_in(client)
    assert (await portal.send("GET", path)).status_code == 200
    for number in ("0", "99999999999999999999"):
        assert (
            await portal.send("GET", f"/operator/vendors/{number}/vat")
        ).status_code == 404
