"""A vendor says how it is taxed on what it sells, and what kind of goods each product is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.core.money import Money
from shared.finance.invoices.vat_quarters import quarter_of
from shared.infra.audit.models import AuditEntry
from shared.trade.catalogue.models import Category, Product
from shared.trade.catalogue.options import set_options
from shared.trade.catalogue.rules import Option
from shared.trade.catalogue.service import ProductValues, save_product
from shared.trade.vat.sales.rules import TaxClass
from shared.trade.vendors.models import Vendor
from tests.support.distance_sales import sold as distance_sold
from tests.support.portal import Portal, operator_in, owner_of, signed_in
from tests.support.storefront import words
from tests.support.visitor import carried

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")
ADDRESS = "/vendor/admin/vat"


async def test_a_vendor_chooses_whose_vat_its_prices_contain(
    client: TestClientProtocol,
) -> None:
    """Nothing is chosen for it; the choice is kept, and the trail tells it."""
    portal = await signed_in(client)
    page = await portal.get(ADDRESS)
    assert "You have not chosen yet" in page
    assert " checked" not in page
    answer = await portal.post(ADDRESS, {"scheme": "oss"})
    assert answer.status_code == 303
    assert (await Vendor.get(id=portal.vendor_id)).vat_scheme == "oss"
    assert "You have not chosen yet" not in await portal.get(ADDRESS)
    entry = await AuditEntry.get(action="vendor.vat_scheme_changed")
    assert (entry.details["before"], entry.details["after"]) == ("", "oss")


@pytest.mark.parametrize("typed", ["", "none", "OSS"])
async def test_what_is_no_scheme_changes_nothing(
    client: TestClientProtocol, typed: str
) -> None:
    """A sentence at the field."""
    portal = await signed_in(client)
    answer = await portal.post(ADDRESS, {"scheme": typed})
    assert answer.status_code == 422
    assert (await Vendor.get(id=portal.vendor_id)).vat_scheme == ""


async def test_two_who_choose_at_once_are_told(client: TestClientProtocol) -> None:
    """The second is shown what the first chose."""
    portal = await signed_in(client)
    shown = carried(await portal.get(ADDRESS), ADDRESS)
    await portal.post(ADDRESS, {"scheme": "oss"})
    answer = await portal.send("POST", ADDRESS, {**shown, "scheme": "small"})
    assert answer.status_code == 409
    assert (await Vendor.get(id=portal.vendor_id)).vat_scheme == "oss"


async def test_the_page_says_what_goods_are_taxed_at(
    client: TestClientProtocol,
) -> None:
    """In the vendor's own state, and where a class has no one rate."""
    portal = Portal(client, await owner_of(client, country="LU"))
    page = await portal.get(ADDRESS)
    assert "17% in Luxembourg" in page
    assert "3% in Luxembourg" in page
    assert "No one rate in Italy, Poland and Portugal" in page


async def test_a_shop_outside_the_eu_has_nothing_to_choose(
    client: TestClientProtocol,
) -> None:
    """It is told that nothing is printed."""
    portal = Portal(client, await owner_of(client, country="CH"))
    page = await portal.get(ADDRESS)
    assert "Your shop is outside the EU" in page
    assert 'name="scheme"' not in page


async def test_a_vendor_of_a_region_reads_its_rates(
    client: TestClientProtocol,
) -> None:
    """By the postal code that it sends from, which is asked where it matters."""
    portal = Portal(client, await owner_of(client, country="PT"))
    assert "23% in Portugal" in await portal.get(ADDRESS)
    wrong = await portal.post(ADDRESS, {"scheme": "oss", "postal_code": "?"})
    assert wrong.status_code == 422
    shown = await wrong.get_data(as_text=True)
    assert "A postal code, such as 9000-017." in shown
    assert 'value="?"' in shown
    typed = {"scheme": "oss", "postal_code": " 9000\u2013017 "}
    assert (await portal.post(ADDRESS, typed)).status_code == 303
    assert (await Vendor.get(id=portal.vendor_id)).postal_code == "9000-017"
    page = await portal.get(ADDRESS)
    assert "22% in Portugal (Madeira)" in page
    assert 'value="9000-017"' in page
    entry = await AuditEntry.get(action="vendor.vat_scheme_changed")
    assert entry.details["postal_code"] == "9000-017"


async def test_a_vendor_where_no_vat_holds_is_told_and_can_mend_it(
    client: TestClientProtocol,
) -> None:
    """The form stays; a shop in a country without such parts is not asked."""
    portal = Portal(client, await owner_of(client, country="ES"))
    typed = {"scheme": "oss", "postal_code": "35001"}
    assert (await portal.post(ADDRESS, typed)).status_code == 303
    page = await portal.get(ADDRESS)
    assert "where no EU VAT holds" in page
    assert "Kinds of goods" not in page
    again = {"scheme": "oss", "postal_code": ""}
    assert (await portal.post(ADDRESS, again)).status_code == 303
    assert "21% in Spain" in await portal.get(ADDRESS)
    other = await signed_in(client)
    assert 'name="postal_code"' not in await other.get(ADDRESS)


async def test_variants_are_of_their_products_kind(client: TestClientProtocol) -> None:
    """Chosen on the product's page; its variants follow, those to come as well."""
    portal = await signed_in(client)
    product_id = await save_product(
        vendor_id=portal.vendor_id,
        product_id=None,
        values=ProductValues(name="Atlas", price=Money(1250, "EUR"), stock=5),
        actor="member:1",
    )
    sizes = Option("Size", ("S", "M"))
    await set_options(
        vendor_id=portal.vendor_id,
        product_id=product_id,
        options=(sizes,),
        actor="member:1",
    )
    here, form = f"/vendor/admin/products/{product_id}", {"name": "Atlas"}
    answer = await portal.post(here, {**form, "vat_class": "books"})
    assert answer.status_code == 303
    more = Option("Size", ("S", "M", "L"))
    await set_options(
        vendor_id=portal.vendor_id,
        product_id=product_id,
        options=(more,),
        actor="member:1",
    )
    kinds = await Product.all().values_list("vat_class", flat=True)
    assert (len(kinds), set(kinds)) == (4, {TaxClass.BOOKS})
    answer = await portal.post(here, {**form, "vat_class": "weapons"})
    assert answer.status_code == 422


async def test_a_vendor_finds_its_quarters(client: TestClientProtocol) -> None:
    """From its VAT page, as a page and as a file; what is no quarter is not there."""
    portal = await signed_in(client)
    page = await portal.get(ADDRESS)
    quarter = quarter_of(clock.now().date())
    for each in (quarter, quarter.before):
        assert f'href="{ADDRESS}/{each}">{each.name}<' in page
        shown = await portal.get(f"{ADDRESS}/{each}")
        assert "Nothing was invoiced in this quarter" in shown
        assert f"VAT, {each.name}" in words(shown)
        assert str(each) not in words(shown)
    answer = await portal.send("GET", f"{ADDRESS}/{quarter}.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    for wrong in ("2026-Q7", "2026-Q7.csv", "soon"):
        assert (await portal.send("GET", f"{ADDRESS}/{wrong}")).status_code == 404


@pytest.mark.parametrize(
    ("scheme", "net", "said"),
    [
        ("local", 1000, "You are below it, so your own country’s VAT may be inside"),
        ("local", 9000, "You are close to it"),
        ("local", 10001, "You have passed it"),
        ("oss", 10001, "You charge the VAT of the country that you send to already"),
        ("oss", 10, "which is your choice"),
    ],
)
async def test_the_page_says_where_the_vendor_stands_at_the_threshold(
    client: TestClientProtocol, scheme: str, net: int, said: str
) -> None:
    """By what it said of itself, which nothing changes."""
    portal = await signed_in(client)
    vendor = await Vendor.get(id=portal.vendor_id)
    await Vendor.filter(id=vendor.id).update(vat_scheme=scheme)
    await distance_sold(vendor, (2000, net * 120))
    page = words(await portal.get(ADDRESS))
    assert said in page
    assert f"€{net:,}.00" in page
    assert (await Vendor.get(id=vendor.id)).vat_scheme == scheme


async def test_a_category_that_the_operator_gave_a_kind_gives_it_to_new_products(
    client: TestClientProtocol,
) -> None:
    """Unless their vendor chooses one; the pages of both show what was chosen."""
    operator = await operator_in(client)
    page = "/operator/categories/new"
    sent = {"name": "Atlases", "position": "0", "vat_class": "weapons"}
    assert (await operator.post(page, sent)).status_code == 422
    assert (
        await operator.post(page, {**sent, "vat_class": "books"})
    ).status_code == 303
    atlases = await Category.get(name="Atlases")
    shown = await operator.get(f"/operator/categories/{atlases.id}")
    assert re.search(r'<option selected value="books">', shown)
    portal = await signed_in(client)
    here = "/vendor/admin/products/new"
    assert "As its category says" in await portal.get(here)
    form = {"price": "12.50", "stock": "3", "category": "Atlases"}
    for name, chosen in (("World", ""), ("Moon", "standard")):
        answer = await portal.post(here, {**form, "name": name, "vat_class": chosen})
        assert answer.status_code == 303
    kinds = await Product.all().order_by("id").values_list("vat_class", flat=True)
    assert kinds == ["books", "standard"]
    world = await Product.get(name="World")
    shown = await portal.get(f"/vendor/admin/products/{world.id}")
    assert re.search(r'<option selected value="books">', shown)
    assert "As its category says" not in shown
