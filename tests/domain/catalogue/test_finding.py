"""Finding products: the best first, narrowed, sorted, page by page, on each engine alike."""

from __future__ import annotations

import re
from importlib import import_module
from itertools import product as combined
from types import SimpleNamespace
from typing import Any

import pytest
from tortoise.connection import get_connection

from shared.core.search_terms import typed_words
from shared.infra import unit
from shared.infra.database import counting
from shared.infra.database.dialect import dialect
from shared.trade.catalogue import counted_statements
from shared.trade.catalogue.finding import find
from shared.trade.catalogue.models import Category, Product
from shared.trade.catalogue.wanted import ProductQuery, Sort, read_place
from shared.trade.vendors.service import close_shop
from tests.support.factories import make_product, make_ready_vendor, make_vendor
from tests.support.markets_to_search import a_market
from tests.support.statement_plans import full_scans, sent

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]


async def names(**wanted: Any) -> list[str]:
    """What is found, by name, in its order."""
    return [p.name for p in (await find(ProductQuery(**wanted))).products]


async def all_names(**wanted: Any) -> list[str]:
    """Everything that is found, page by page."""
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await find(ProductQuery(after=read_place(after), size=3, **wanted))
        assert len(page.products) == 3 or page.next is None
        seen += [p.name for p in page.products]
        after = page.next
    return seen


async def test_a_name_comes_before_a_description() -> None:
    """What is called so, then what has the word inside or beside its name."""
    vendor = await make_ready_vendor()
    await make_product(vendor, name="Aaa strap", description="Fits a bag.")
    await make_product(vendor, name="Zzz bag")
    await make_product(vendor, name="Mmm handbag")
    assert await names(words="bag", sort=Sort.RELEVANCE) == [
        "Zzz bag",
        "Aaa strap",
        "Mmm handbag",
    ]


async def test_words_of_the_vendor_count_with_those_of_the_thing() -> None:
    """In any order, in part, with accents or without; the shop's new name at once."""
    bags = await a_market()
    found = await names(words="TÁSCHE sac", sort=Sort.RELEVANCE)
    assert len(found) == 7
    bags.name = "Borsa"
    await bags.save()
    assert await names(words="tasche sac", sort=Sort.RELEVANCE) == []
    assert len(await names(words="borsa", sort=Sort.RELEVANCE)) == 7


async def test_filters_narrow() -> None:
    """Vendor, category, price with both its ends, and what is there; each with words or without."""
    bags = await a_market()
    for words in ("", "tasche"):
        only = {"words": words, "vendor_id": bags.id, "sort": Sort.NAME}
        priced = {"currency": "EUR", "lowest": 101, "highest": 102}
        assert await names(**only, **priced) == [
            f"Ledertasche {n}" for n in (2, 4, 5, 3)
        ]
        assert await names(**only, **priced, in_stock=True) == [
            f"Ledertasche {n}" for n in (2, 4, 5)
        ]
        assert await names(words=words, category="Bags", currency="USD") == []
        assert len(await names(words=words, category="Bags")) == 7


async def test_what_is_hidden_stays_hidden() -> None:
    """Not published, or of a shop that is closed."""
    vendor = await make_ready_vendor()
    await make_product(vendor, name="Cup there")
    await make_product(vendor, name="Cup hidden", is_published=False)
    await make_product(await make_vendor(is_open=False), name="Cup closed")
    for words in ("cup", ""):
        assert await names(words=words) == ["Cup there"]
    await close_shop(vendor_id=vendor.id, actor="test")
    assert await names(words="cup") == []


@pytest.mark.parametrize("most", [1000, 5, 0])
async def test_each_order_is_the_same_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Few are sorted, of many an index is walked: both tell each thing once, in the same order, on
    pages of any size.
    """
    bags = await a_market()
    wanted: list[dict[str, Any]] = [
        {"words": words, "sort": sort, **more}
        for words, sort, more in combined(
            ("tasche", "cup", ""),
            Sort,
            ({}, {"vendor_id": bags.id}, {"category": "Cups"}, {"in_stock": True}),
        )
        if words or sort is not Sort.RELEVANCE
    ]
    expected = [await names(**each, size=100) for each in wanted]
    monkeypatch.setattr(counting, "MOST", most)
    for each, whole in zip(wanted, expected, strict=True):
        assert await all_names(**each) == whole, each


async def test_sold_out_stands_last_in_each_order() -> None:
    """By relevance last among what is called so, and among the rest."""
    await a_market()
    for sort in Sort:
        found = (await find(ProductQuery(words="cup", sort=sort))).products
        assert [p.available > 0 for p in found] == sorted(
            (p.available > 0 for p in found), reverse=True
        )
    both = await names(words="tasche", sort=Sort.RELEVANCE)
    assert both[:1] == ["Cup 1"]  # neither is called Tasche alone: all by name
    assert both[-1] == "Ledertasche 6"


async def test_how_many_and_whose(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted as far as a list tells, with the shops that have most of it, by name."""
    await a_market()
    found = await find(ProductQuery(words="tasche"))
    assert (found.total, found.goes_on) == (11, False)
    assert [(m.name, m.number) for m in found.makers] == [
        ("Cup & Co", 4),
        ("Sac Nord", 7),
    ]
    monkeypatch.setattr(counted_statements, "MOST_MAKERS", 1)
    found = await find(ProductQuery(words="tasche"))
    assert [m.name for m in found.makers] == ["Sac Nord"]
    assert found.total == 11
    assert (await find(ProductQuery(words="nowhere"))).makers == ()
    monkeypatch.setattr(counting, "MOST", 5)
    found = await find(ProductQuery(words="tasche"))
    assert (found.total, found.goes_on) == (5, True)


async def test_terms_follow_every_way_a_product_is_written() -> None:
    """Saved, in bulk, deleted; an update of a part is refused."""
    vendor = await make_ready_vendor()
    row = await make_product(vendor, name="Étui")
    assert await names(words="etui") == ["Étui"]
    row.name = "Žamet"
    await row.save()
    assert await names(words="etui") == []
    assert await names(words="amet") == ["Žamet"]
    row.description = "Aus Samt"
    await Product.bulk_update([row], ["description"])
    assert await names(words="samt") == ["Žamet"]
    with pytest.raises(RuntimeError, match="update all of them"):
        Product.filter(id=row.id).update(name="Half")
    await row.delete()
    assert await names(words="samt") == []


async def test_products_from_before_are_found() -> None:
    """The migration gives each its terms, a thousand at a time."""
    migration: Any = import_module(
        "shared.infra.database.migrations.0059_products_found"
    )
    vendor = await make_ready_vendor()
    row = await make_product(vendor, name="Žamet", category="Tücher", description="Rot")
    client = get_connection("default")
    await client.execute_query("UPDATE products SET terms = '', sort_name = ''")
    assert await names(words="zamet") == []
    editor = SimpleNamespace(DIALECT=client.capabilities.dialect, client=client)
    await migration.fill(None, editor)
    filled = await Product.get(id=row.id)
    assert (filled.terms, filled.sort_name) == (row.terms, row.sort_name)
    assert await names(words="zamet rot tucher") == ["Žamet"]


WORDS = (
    "cup",
    "c",
    "tasche sac",
    "%",
    "'",
    '"',
    "a OR b",
    "(",
    "x:y",
    "\\",
    "*",
    "NEAR(a b)",
)


@pytest.mark.parametrize("typed", WORDS)
async def test_what_is_typed_is_never_a_command(typed: str) -> None:
    """Nothing of what an engine's own search language knows is one here; without a letter or a
    sign that counts as one nothing is found.
    """
    vendor = await make_ready_vendor(name="Maker")
    await make_product(vendor, name=f"Thing {typed}")
    await make_product(vendor, name="Other")
    expected = [f"Thing {typed}"] if typed_words(typed) else []
    assert await names(words=typed) == expected


async def test_no_search_reads_all_products() -> None:
    """Each goes by an index: of the terms, of a shop, of a price."""
    bags = await a_market()
    with sent() as statements:
        for sort in Sort:
            await names(words="tasche cup", sort=sort)
            await names(words="t", sort=sort, in_stock=True)
            await names(words="tasche", sort=sort, vendor_id=bags.id)
            if sort is not Sort.RELEVANCE:
                await names(vendor_id=bags.id, sort=sort)
                await names(category="Cups", sort=sort)
                await names(currency="EUR", lowest=1, highest=150, sort=sort)
    found = await full_scans(statements)
    assert not found, "\n".join(re.sub(r"\s+", " ", each) for each in found)
    if dialect() == "sqlite":
        scans = []
        for query, values in statements:
            _, plan = await get_connection("default").execute_query(
                f"EXPLAIN QUERY PLAN {query}", values
            )
            scans += [row["detail"] for row in plan if row["detail"] == "SCAN p"]
        assert scans == []


@pytest.mark.postgres_only
async def test_what_very_many_have_is_not_read_whole_however_often_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PostgreSQL keeps a plan that knows no words: it goes by the order that is asked for."""
    monkeypatch.setattr(counting, "MOST", 3)
    await a_market()
    with sent() as statements:
        assert len(await names(words="tasche", sort=Sort.NAME)) > counting.MOST
    walk, *_ = [each for each in statements if "ORDER BY p.sort_name" in each[0]]
    query, values = walk
    unknown = ", ".join("NULL" for _ in values)
    async with unit.transaction():
        client = get_connection("default")
        for setting in ("enable_seqscan = off", "plan_cache_mode = force_generic_plan"):
            await client.execute_script(f"SET LOCAL {setting}")
        await client.execute_script(f"PREPARE walk AS {query}")
        _, plan = await client.execute_query(f"EXPLAIN EXECUTE walk ({unknown})")
    told = "\n".join(row["QUERY PLAN"] for row in plan)
    assert "ix_products_terms" not in told


@pytest.mark.postgres_only
async def test_words_that_very_many_have_are_counted_from_the_newest_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As the index of terms would count them, which has to be read to its end for its first row;
    words that few have, and narrowed lists, go by it all the same.
    """
    await a_market()
    by_terms = await find(ProductQuery(words="tasche"))
    monkeypatch.setattr(counted_statements, "COMMON", 3)
    with sent() as statements:
        from_newest = await find(ProductQuery(words="tasche"))
        assert "@@" not in " ".join(
            sql for sql, _ in statements if "vendor_id, count" in sql
        )
    numbers = (from_newest.total, from_newest.goes_on, from_newest.makers)
    assert numbers == (by_terms.total, by_terms.goes_on, by_terms.makers)
    monkeypatch.setattr(counting, "MOST", 2)
    assert (await find(ProductQuery(words="tasche"))).goes_on
    for rare in (
        ProductQuery(words="nowhere"),
        ProductQuery(words="tasche", category="Bags"),
        ProductQuery(words="tasche", in_stock=True),
    ):
        with sent() as statements:
            await find(rare)
        assert any("@@" in sql for sql, _ in statements if "vendor_id, count" in sql)


async def test_a_category_is_found_by_its_name_in_every_language() -> None:
    """With what stands below it; the words of the thing itself still count beside it."""
    vendor = await make_ready_vendor()
    kitchen = await Category.create(
        slug="kitchen", name="Kitchen goods", name_de="Küchenbedarf", name_fr="Cuisine"
    )
    await Category.create(
        slug="cups", name="Cups", name_de="Tassen", parent_id=kitchen.id
    )
    await make_product(vendor, name="Blue one", category="Cups")
    await make_product(vendor, name="Sieve", category="Kitchen goods")
    await make_product(vendor, name="Red one", category="Bags")
    await make_product(vendor, name="Tassenhalter", category="Bags")
    assert await all_names(words="tassen", sort=Sort.NAME) == [
        "Blue one",
        "Tassenhalter",
    ]
    assert await all_names(words="tass blue") == ["Blue one"]
    assert await all_names(words="KÜCHE", sort=Sort.NAME) == ["Blue one", "Sieve"]
    assert await all_names(words="cuisine sieve") == ["Sieve"]
    assert await all_names(words="cuisine red") == []
