"""What grows with the marketplace is never read whole: pages and jobs ask for what an index finds.

Plans, not times: PostgreSQL is told to leave full scans to the end, so it makes one only where no
index helps, however few rows there are; SQLite does so by itself.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tortoise.connection import get_connection

import run
from shared.core import clock
from shared.entrypoints.cli import bulk_data
from shared.entrypoints.cli.benchmarks import growth_pages
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerPosting
from shared.finance.ledger.queries import trial_balance
from shared.finance.payments.models import Payment
from shared.finance.payouts.models import Payout
from shared.finance.reconciliation import both_sides
from shared.finance.reconciliation.checks import compare
from shared.infra import unit
from shared.infra.database.dialect import dialect
from shared.infra.database.tables import models
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.support.bounded import MOST
from tests.support.portal import operator_in, signed_in
from tests.support.statement_plans import full_scans, plan_of, sent
from tests.support.storefront import Browser

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context
    from tests.support.portal import Portal

VENDORS = [
    "",
    "/orders",
    "/orders?status=to_ship",
    "/orders?status=unpaid",
    "/products",
    "/transactions",
    "/disputes",
    "/payments",
    "/payouts",
    "/statements",
    "/audit",
    "/discounts",
    "/shipping",
    "/vat",
    "/developers",
]


OPERATORS = [
    "",
    "/vendors",
    "/products",
    "/disputes",
    "/webhooks",
    "/webhooks?status=parked",
    "/webhooks?q=evt_1",
    "/mails",
    "/mails?before=90",
    "/mails?q=bulk1@example.test",
    "/mails?q=MH-AAAA-AAAA",
    "/payments",
    "/refunds",
    "/payouts",
    "/receivables",
    "/reconciliation",
    "/ledger",
    "/exposure",
    "/audit",
    "/audit?kind=rules",
    "/audit?kind=all",
    "/mails",
    "/statements",
    "/fees",
    "/categories",
    "/customers",
    "/customers?q=bea",
    "/customers?only=off",
    "/discounts",
    "/invoicing",
    "/owners",
    "/recovery",
    "/restored",
    "/staff",
    "/vat",
    "/withdrawals",
]


# What machines read, some hundred rows at a time, and what shoppers find.
EVERYBODY = [
    "/sitemap.xml",
    "/sitemap/pages-0.xml",
    "/sitemap/shops-0.xml",
    "/sitemap/products-0.xml",
    "/feed/products.xml",
    "/",
    "/search/suggestions?q=cup",
    "/search?q=cup",
    "/search?sort=price-up",
    "/vendors",
    "/categories",
    "/shops/bulk-busy",
    "/shop/basket",
]


# Compares every day with Stripe, in a process of its own.
WHOLE = {"reporting.nightly"}


CONNECTED = {"stripe_account_id": "acct_busy", "transfers_active": True}


async def as_laid() -> None:
    """Files as they are in a new database: what tests before this one deleted is still in them, and
    without statistics PostgreSQL plans by their size.
    """
    if dialect() == "postgres":
        tables = ", ".join(f'"{model._meta.db_table}"' for model in models())
        await get_connection("default").execute_script(
            "SET session_replication_role = replica;"
            f"TRUNCATE {tables} CASCADE;"
            "SET session_replication_role = DEFAULT"
        )


async def a_busy_vendor(browser: Portal) -> None:
    """More unsettled sales than a statement may name (tests/support/bounded.py)."""
    vendor = await browser.vendor()
    vendor.slug = "bulk-busy"  # so that the sales are its own
    await vendor.save()
    await bulk_data.fill(0, 30, MOST + 100)
    now = clock.now()
    unsettled = {"paid_at": now, "available_on": now + timedelta(days=3)}
    await Payment.filter(vendor_id=vendor.id).update(**unsettled)
    await VendorPaymentConfig.filter(vendor_id=vendor.id).update(**CONNECTED)


async def of_one_thing(lately: datetime) -> list[str]:
    """A vendor's pages about one order, product, month, quarter or payout."""
    vendor = await Vendor.get(slug="bulk-busy")
    order = await Order.filter(vendor_id=vendor.id).order_by("id").first()
    product = await Product.filter(vendor_id=vendor.id).order_by("id").first()
    payout = await Payout.filter(vendor_id=vendor.id).order_by("id").first()
    assert order is not None
    assert product is not None
    assert payout is not None
    quarter = f"{lately.year}-Q{(lately.month + 2) // 3}"
    return [
        f"/orders/{order.number}",
        f"/orders/{order.number}/refunds",
        f"/products/{product.id}",
        f"/payouts/{payout.id}",
        f"/statements/{lately:%Y-%m}",
        f"/statements/{lately:%Y-%m}.csv",
        f"/vat/{quarter}",
        f"/vat/{quarter}.csv",
    ]


async def product_page() -> str:
    """Of what the busy vendor sells."""
    product = await Product.filter(vendor__slug="bulk-busy").order_by("id").first()
    assert product is not None
    return f"/shops/bulk-busy/{product.slug}"


async def of_one_vendor(lately: datetime) -> list[str]:
    """What staff see of one vendor and of one order of it."""
    vendor = await Vendor.get(slug="bulk-busy")
    order = await Order.filter(vendor_id=vendor.id).order_by("id").first()
    assert order is not None
    return [
        f"/orders/{order.number}",
        f"/vendors/{vendor.id}",
        f"/vendors/{vendor.id}/statements",
        f"/vendors/{vendor.id}/statements/{lately:%Y-%m}",
        f"/vendors/{vendor.id}/vat",
    ]


@pytest.mark.both_engines
async def test_no_page_and_no_job_reads_a_growing_table_whole(
    client: TestClientProtocol, context: Context
) -> None:
    """Of a busy vendor, of the marketplace's staff, of shoppers and machines; and no statement
    names all its sales.
    """
    await as_laid()
    browser = await signed_in(client)
    await a_busy_vendor(browser)
    with sent() as statements:
        lately = clock.now() - timedelta(days=40)
        for page in (*VENDORS, *await of_one_thing(lately)):
            await browser.get(f"/vendor/admin{page}")
        for address in EVERYBODY:
            part = "suggestions" if "suggestions" in address else None
            await browser.get(address, htmx=part)
        await browser.get(await product_page())
        await VendorPaymentConfig.all().update(stripe_account_id=None)
        staff = await operator_in(client)
        for page in (*OPERATORS, *await of_one_vendor(lately)):
            await staff.get(f"/operator{page}")
        for job in run.recurring_jobs():
            if job.kind not in WHOLE:
                await job.run(context, {})
    found = await full_scans(statements)
    assert not found, "\n".join(
        re.sub("SELECT .*? FROM", "SELECT FROM", q) for q in found
    )


@pytest.mark.both_engines
async def test_the_directory_reads_a_page_of_shops(client: TestClientProtocol) -> None:
    """Its order is that of an index, which a page is read from where it begins; so is home's."""
    await as_laid()
    await bulk_data.fill(60, 0, 0)
    browser = Browser(client)
    with sent() as statements:
        first = await browser.get("/vendors")
        assert first.count('class="vendor-card"') == 24
        more = re.findall(r"/vendors\?after=\d+", first)[0]
        assert "/vendors?after=" in await browser.get(more)
        await browser.get("/")
    walks = [each for each in statements if "FROM (SELECT s.is_soon" in each[0]]
    assert len(walks) == 3
    for query, values in walks:
        async with unit.transaction():
            plan = await plan_of(query, values, last=("seqscan", "sort"))
        assert "ix_shop_places_open" in plan, plan
        sorts = re.findall("Sort|TEMP B-TREE", plan)
        assert len(sorts) <= (dialect() == "sqlite"), plan  # the page, once more
        if "s.is_soon, s.sorted_by, s.id) >" in query:
            place = r"Index Cond: \(ROW|SEARCH s .*is_soon,sorted_by"
            assert re.search(place, plan), plan


@pytest.mark.both_engines
@pytest.mark.usefixtures("database")
async def test_jobs_find_the_few_vendors_that_they_are_about(context: Context) -> None:
    """Who opens again, whose bank waits, whose deadline is near: not one of the others is read."""
    await as_laid()
    await bulk_data.fill(60, 0, 0)
    about = {"vendors.open_again", "vendors.end_bank_holds", "vendors.remind"}
    with sent() as statements:
        for job in run.recurring_jobs():
            if job.kind in about:
                await job.run(context, {})
    asked = [each for each in statements if "vendor" in each[0]]
    assert len(asked) == len(about)
    for query, values in asked:
        async with unit.transaction():
            plan = await plan_of(query, values)
        assert re.search("ix_(vendors|payment_configs)_", plan), plan
        assert not re.search(r"Seq Scan|SCAN", plan), plan


def test_what_is_measured_is_looked_at_here() -> None:
    """Every page of `run.py bench growth`, but for those of one thing, which are told apart."""
    vendors = {f"/vendor/admin{page}" for page in VENDORS}
    known = vendors | {f"/operator{page}" for page in OPERATORS} | {*EVERYBODY}
    paths = [page.path.partition("?")[0] for page in growth_pages.PAGES]
    bare = {path.partition("?")[0] for path in known}
    assert {path for path in paths if not path.startswith("/shops/")} <= bare


@pytest.mark.both_engines
@pytest.mark.usefixtures("database")
async def test_bulk_data_is_consistent(context: Context) -> None:
    """The books come to zero, nothing is owed, and the nightly comparison finds nothing."""
    await bulk_data.fill(3, 7, 40)
    await bulk_data.fill(0, 0, 5)
    since = clock.now() - timedelta(days=4)
    both, _ = await both_sides.read(context.gateway, since)
    assert compare(both) == []
    left = {each.account for each in await trial_balance() if each.balance.amount}
    assert left == {Account.COMMISSION, Account.BANK_PLATFORM}
    assert await LedgerPosting.filter(is_closed=False).count() == 0
