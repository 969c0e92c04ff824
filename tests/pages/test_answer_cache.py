"""Pages from memory: given to visitors without a cookie of ours alone, the same as the application
would say, and never older than what this process knows.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import time
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import generate_latest
from tortoise.connection import get_connection

from shared.core.money import Money
from shared.entrypoints.web import limits
from shared.entrypoints.web.answer_cache import AnswerCache
from shared.entrypoints.web.kept_answers import (
    MOST,
    AnswerForm,
    KeptAnswer,
    KeptAnswers,
)
from shared.entrypoints.web.same_for_all import parameters_of
from shared.infra import unit
from shared.infra.database import direct
from shared.infra.page_changes.models import PageChange
from shared.infra.page_changes.queries import changes_since, mark_now
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.service import ProductValues, save_product
from shared.trade.commission.basis import CommissionBasis
from shared.trade.commission.rules import Rule
from shared.trade.commission.service import add_rule, set_basis
from shared.trade.marketplace import presentation
from shared.trade.marketplace.identity import MarketIdentity
from shared.trade.marketplace.legal import LegalKind
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.service import close_shop, open_shop
from tests.support.app import whole_app
from tests.support.factories import make_product, make_ready_vendor
from tests.support.from_memory import (
    PAGE,
    ask,
    cookies_of_ours,
    is_from_memory,
    shop_with_a_cup,
)
from tests.support.storefront import counted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from quart import Quart

    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway

pytestmark = pytest.mark.usefixtures("database")

ROOT = Path(__file__).resolve().parents[2]


# One address of each route that is the same for all.
EXAMPLES = {
    "/": "/",
    "/vendors": "/vendors?after=1",
    "/pricing": "/pricing",
    "/sell": "/sell",
    "/legal/terms": "/legal/terms",
    "/legal/privacy": "/legal/privacy",
    "/legal/imprint": "/legal/imprint",
    "/categories": "/categories",
    "/categories/<slug>": "/categories/cups?sort=name",
    "/shops/<slug>": "/shops/lux?sort=price-up",
    "/shops/<slug>/<product_slug>": PAGE,
}


# Whose changes are noted, and where.
MIGRATION: Any = import_module("shared.infra.database.migrations.0045_page_changes")


LATER: Any = import_module("shared.infra.database.migrations.0060_shipping")


# The terms of products change with them, and places of shops with their vendors and configs.
NOTED = {
    *MIGRATION.TABLES,
    LATER.TABLE,
    "products_found",
    "shop_places",
    "categories",
    "marketplace_policy",
    "page_changes",
    "sqlite_sequence",
}


# Every header that our code reads, as somebody might send it with a page.
HEADERS = {
    "Accept": ["application/json", "text/html;q=0.5, application/json", "*/*"],
    "Accept-Encoding": [
        "gzip",
        "gzip;q=0, br",
        "*",
        "gzip, deflate, br, zstd",
        "x" * 300,
    ],
    "Accept-Language": ["de", "fr-CH, de;q=0.9", "xx", "de;q=0, en;q=0"],
    "Authorization": ["Bearer mht_x", "Basic eDp5"],
    "Content-Length": ["0"],
    "Content-Type": [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ],
    "HX-Boosted": ["true"],
    "HX-Current-URL": ["http://localhost/"],
    "HX-History-Restore-Request": ["true"],
    "HX-Request": ["true"],
    "HX-Target": ["div#products"],
    "Host": ["localhost:80", "127.0.0.1", "evil.example"],
    "Markethall-Probe": ["x"],
    "Origin": ["https://evil.example"],
    "Referer": ["http://localhost/"],
    "Sec-Fetch-Site": ["cross-site"],
    "Stripe-Signature": ["t=1,v1=0"],
    "User-Agent": ["x"],
    "X-CSRF-Token": ["x"],
    "X-Forwarded-For": ["203.0.113.9"],
    "X-Forwarded-Host": ["evil.example"],
    "X-Forwarded-Proto": ["https"],
}


@pytest.fixture
async def plain(settings: Settings, gateway: Gateway) -> Quart:
    """The same application on the same database, keeping nothing."""
    return whole_app(settings.with_(page_memory_mb=0), gateway)


def tables_in(statements: Iterable[str]) -> set[str]:
    """The tables that statements read, without what a statement names for itself."""
    return {
        table
        for statement in statements
        for table in re.findall(r'(?:FROM|JOIN) "?(\w+)"?', statement)
        if f"WITH {table} AS" not in statement
    }


async def test_every_marked_page_is_given_from_memory_as_the_application_gives_it(
    app: Quart, plain: Quart
) -> None:
    """Without a cookie, without a statement, with the same headers; and each table that it was
    made from is one whose changes are noted.
    """
    await shop_with_a_cup()
    marked = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if parameters_of(app.view_functions[rule.endpoint]) is not None
    }
    assert marked == EXAMPLES.keys()
    for path in EXAMPLES.values():
        with counted() as statements:
            first = await ask(app, path)
        assert tables_in(statements) <= NOTED, path
        assert await is_from_memory(app, path), path
        again = await ask(app, path)
        assert again.same == first.same == (await ask(plain, path)).same, path
        assert "set-cookie" not in first.headers, path
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["x-request-id"] != first.headers["x-request-id"]


def test_every_header_that_our_code_reads_is_tried_below() -> None:
    """Whoever reads another one adds it to HEADERS."""
    folders = [
        "shared/entrypoints/web",
        "shared/entrypoints/api",
        "storefront",
        "portal",
    ]
    reads = re.compile(r'(?<!response\.)\bheaders(?:\.get\(|\[)\s*"([A-Za-z-]+)"')
    found = {
        name
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        for name in reads.findall(line)
        if not re.search(r'headers\["[\w-]+"\] =', line)
    }
    assert {name.lower() for name in found} <= {name.lower() for name in HEADERS}


async def test_no_visitor_gets_what_another_was_shown(app: Quart, plain: Quart) -> None:
    """With every cookie and every header that we use: each gets what the application would say to
    them, whether the page was kept before or not, and nobody after them gets anything of theirs.
    """
    for one in (app, plain):
        one.config["QUART_RATE_LIMITER_ENABLED"] = False
    await shop_with_a_cup()
    odd: list[tuple[tuple[str, str], ...]] = [
        ((name, value),) for name, values in HEADERS.items() for value in values
    ]
    odd += [(("HX-Request", "true"), ("HX-Target", "div#added"))]
    odd += [(("Accept-Language", "de"), ("Accept-Language", "fr"))]
    signed = await cookies_of_ours(app)
    for value in (*signed.values(), "forged", ""):
        odd += [
            (("Cookie", f"markethall={value}"),),
            (("Accept-Language", "fr"), ("Cookie", f"a=1; markethall={value}; b=2")),
        ]
    odd += [(("Cookie", "a=1"), ("Cookie", f'"markethall"={signed["a basket"]}'))]
    usual = (await ask(plain)).same
    for headers in odd:
        truth = (await ask(plain, PAGE, *headers)).same
        assert (await ask(app)).same == usual
        assert (await ask(app, PAGE, *headers)).same == truth, headers
        await Product.filter(slug="cup").update(stock=9)  # now nothing is kept
        assert (await ask(app, PAGE, *headers)).same == truth, headers
        assert (await ask(app)).same == usual, headers
        assert (await ask(app, PAGE, *headers)).same == truth, headers


async def test_whom_memory_serves(app: Quart) -> None:
    """Somebody with a cookie of others' alone; each language apart. Nobody with one of ours."""
    await shop_with_a_cup()
    german, foreign = ("Accept-Language", "de-AT"), ("Cookie", "cf=1")
    assert not await is_from_memory(app)
    assert not await is_from_memory(app, PAGE, german)
    assert await is_from_memory(app, PAGE, ("Accept-Language", "de"))
    assert await is_from_memory(app, PAGE, foreign)
    for name in ("markethall", "__Host-markethall"):  # in development, in production
        assert not await is_from_memory(app, PAGE, foreign, ("Cookie", f"{name}=x"))
    assert 'lang="de"' in (await ask(app, PAGE, german)).text


async def changed_stock(vendor: Vendor) -> None:
    await Product.filter(vendor_id=vendor.id).update(stock=2)


async def changed_product(vendor: Vendor) -> None:
    product = await Product.get(slug="cup")
    values = ProductValues(name="Mug", price=Money(700, "EUR"), stock=None, slug="cup")
    await save_product(
        vendor_id=vendor.id, product_id=product.id, values=values, actor="test"
    )


async def new_product(vendor: Vendor) -> None:
    await make_product(vendor, slug="pot", name="Pot")


async def closed(vendor: Vendor) -> None:
    await close_shop(vendor_id=vendor.id, actor="test")


async def not_paid(vendor: Vendor) -> None:
    config = await vendor.payment_config
    config.accepts_payments = False
    await config.save()


async def renamed(_vendor: Vendor) -> None:
    await presentation.introduce(MarketIdentity(name="Hall & Sons"), actor="test")


async def rule(_vendor: Vendor) -> None:
    await add_rule(Rule(percentage=Decimal(7)), actor="test")


async def commission_basis(_vendor: Vendor) -> None:
    await set_basis(CommissionBasis.GOODS_AND_SHIPPING, actor="test")


async def terms(_vendor: Vendor) -> None:
    await presentation.publish(
        LegalKind.TERMS, text="New terms.", returns="30 days", actor="test"
    )


@pytest.mark.parametrize(
    ("change", "shown_on"),
    [
        (changed_stock, [PAGE]),
        (changed_product, [PAGE, "/shops/lux", "/"]),
        (new_product, [PAGE, "/shops/lux", "/"]),
        (closed, [PAGE, "/shops/lux", "/", "/vendors"]),
        (not_paid, [PAGE, "/", "/vendors"]),
        (renamed, list(EXAMPLES.values())),
        (rule, ["/", "/pricing"]),
        (commission_basis, ["/pricing"]),
        (terms, ["/legal/terms"]),
    ],
)
async def test_a_change_is_shown_at_once_where_it_was_made(
    app: Quart,
    plain: Quart,
    change: Callable[[Vendor], Awaitable[None]],
    shown_on: list[str],
) -> None:
    """By the process that made it; and every page is what the application says."""
    vendor = await shop_with_a_cup()
    before = {path: (await ask(app, path)).same for path in EXAMPLES.values()}
    await change(vendor)
    for path in {*EXAMPLES.values(), *shown_on}:
        now = (await ask(app, path)).same
        assert now == (await ask(plain, path)).same, path
        if path in shown_on and path in before:
            assert now != before[path], path


async def test_one_vendors_change_leaves_the_others_pages(app: Quart) -> None:
    """And a change that is rolled back leaves all of them."""
    vendor = await shop_with_a_cup()
    other = await make_ready_vendor(slug="new", name="New")
    await make_product(other, slug="pot")
    for path in (PAGE, "/shops/new", "/shops/new/pot", "/"):
        await ask(app, path)
    await changed_stock(vendor)
    assert await is_from_memory(app, "/shops/new")
    assert await is_from_memory(app, "/shops/new/pot")
    assert not await is_from_memory(app, PAGE)
    assert not await is_from_memory(app, "/")
    noted = await PageChange.all().count()
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with unit.transaction():
            await changed_stock(other)
            raise RuntimeError
    assert await PageChange.all().count() == noted
    assert await is_from_memory(app, "/shops/new/pot")
    assert await is_from_memory(app)


async def test_a_page_made_while_something_changes_is_not_kept(app: Quart) -> None:
    """What was read before the change stands under no later look, though it is stored after it."""
    vendor = await shop_with_a_cup()

    async def meanwhile() -> None:
        await changed_product(vendor)
        assert "Mug" in (await ask(app)).text  # asked, and kept

    old = await ask(app, PAGE, on_start=meanwhile)
    assert "Cup" in old.text
    assert "Mug" in (await ask(app)).text
    assert await is_from_memory(app)


WRITER = """
import asyncio, sys
from shared.infra.database.lifecycle import close_database, open_database
from shared.trade.catalogue.models import Product
async def main():
    await open_database(sys.argv[1])
    product = await Product.get(slug="cup")
    product.name = "Mug"
    await product.save()
    await close_database()
asyncio.run(main())
"""


@pytest.mark.both_engines
async def test_what_another_process_changed_is_shown_within_a_second(
    app: Quart, database: str
) -> None:
    """It is asked for twice a second."""
    await shop_with_a_cup()
    assert "Cup" in (await ask(app)).text
    command = (sys.executable, "-c", WRITER, database)
    writer = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    assert await writer.wait() == 0
    until = time.monotonic() + 1.0
    while "Mug" not in (await ask(app)).text:
        assert time.monotonic() < until
        await asyncio.sleep(0.01)


@pytest.mark.postgres_only
async def test_a_transaction_that_began_first_and_ended_last_is_heard_of(
    database: str,
) -> None:
    """Numbers of transactions say when they began: who looked between the two commits hears of
    each, and of each once.
    """
    first, second = await make_ready_vendor(slug="a"), await make_ready_vendor(slug="b")
    touch = "UPDATE vendors SET city = 'x' WHERE id = $1"
    slow, quick = await direct.connect(database), await direct.connect(database)
    mark = await mark_now()
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(touch, first.id)
    await quick.execute(touch, second.id)
    found = await changes_since(mark)
    assert found.vendors == {second.id}
    await transaction.commit()
    found = await changes_since(found.mark)
    assert found.vendors == {first.id}
    assert not (await changes_since(found.mark)).vendors
    await slow.close()
    await quick.close()


async def test_memory_is_counted_by_the_limits_the_log_and_the_metrics(
    app: Quart, caplog: pytest.LogCaptureFixture
) -> None:
    """One number of requests, whoever answers; the one too many is refused by the application."""
    await shop_with_a_cup()
    remaining = [
        int((await ask(app, PAGE, *headers)).headers["ratelimit-remaining"])
        for headers in [(), (), (("Cookie", "markethall=x"),), ()]
    ]
    assert remaining[0] - remaining[3] == 3
    logger = logging.getLogger("markethall.request")
    with caplog.at_level(logging.INFO, logger="markethall.request"):
        logger.addHandler(caplog.handler)
        answer = await ask(app)
        logger.removeHandler(caplog.handler)
    fields: dict[str, Any] = vars(caplog.records[-1])["fields"]
    assert fields["route"] == "/shops/<slug>/<product_slug>"
    assert fields["request"] == answer.headers["x-request-id"]
    told = generate_latest(app.extensions["markethall_meter"].registry).decode()
    assert re.search(r'requests_total\{[^}]*<product_slug>"[^}]*"200"\} 5', told), told
    assert re.search(r'seconds_count\{[^}]*<product_slug>"\} 5', told), told
    most = int(limits.DEFAULT.partition("/")[0])
    found = [(await ask(app)).status for _ in range(most)]
    assert found[0] == 200
    assert found[-1] == 429
    assert (await ask(app, PAGE, ("Cookie", "markethall=x"))).status == 429


async def test_a_browser_that_has_the_page_is_told_so(app: Quart) -> None:
    """304 with the same headers and no body, also where a proxy made the tag a weak one; HEAD has
    no body either.
    """
    await shop_with_a_cup()
    tag = (await ask(app)).headers["etag"]
    for sent in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = await ask(app, PAGE, ("If-None-Match", sent))
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["cache-control"] == "private, no-cache"
        assert {"Cookie", "Accept-Language", "HX-Request"} <= set(
            answer.headers["vary"].split(", ")
        )
    assert (await ask(app, PAGE, ("If-None-Match", '"x"'))).status == 200
    head = await ask(app, PAGE, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) == len((await ask(app)).body)


async def test_where_changes_cannot_be_read_the_application_is_asked(
    app: Quart,
) -> None:
    """Nothing is given that might be another by now."""
    await shop_with_a_cup()
    await ask(app)
    rename = "ALTER TABLE {} RENAME TO {}"
    database = get_connection("default")
    await database.execute_script(rename.format("page_changes", "gone"))
    try:
        assert not await is_from_memory(app)
        assert (await ask(app)).status == 200
    finally:
        await database.execute_script(rename.format("gone", "page_changes"))
    assert await is_from_memory(app)


async def test_what_strangers_make_up_fills_no_memory(app: Quart) -> None:
    """Other parameters, the same one twice, searches, pages that are not there, forms."""
    await shop_with_a_cup()
    cache: Any = app.asgi_app
    assert isinstance(cache, AnswerCache)
    for path in (
        f"{PAGE}?utm_source=x",
        f"{PAGE}?page=1",
        "/shops/lux?q=cup",
        "/shops/lux?sort=name&sort=name",
        "/shops/lux?after=1-0-1",
        "/search",
        "/search?q=cup",
        "/search?category=x",
        f"/shops/lux?category={'x' * 600}",
        "/shops/none",
        "/legal/terms?version=x",
        "/shop/account/login",
        "/healthz",
        "/static/css/base.css",
        "/api/v1/openapi.json",
    ):
        await ask(app, path)
        assert len(cache._kept) == 0, path


@pytest.mark.one_engine
def test_memory_has_an_end() -> None:
    """In bytes and in answers; what was asked for longest ago goes first."""
    kept = KeptAnswers(10_000)
    route: Any = None
    half, none = AnswerForm((), (), b"x" * 1000, b""), AnswerForm((), (), b"", b"")
    big = KeptAnswer(route, half, half, 1, None, 0.0)
    for number in range(9):
        kept.put(("http", b"", f"/{number}", b"", "en"), big)
        kept.get(("http", b"", "/0", b"", "en"))
    found = [n for n in range(9) if kept.get(("http", b"", f"/{n}", b"", "en"))]
    assert found == [0, 7, 8]
    small = KeptAnswer(route, none, none, 1, None, 0.0)
    many = KeptAnswers(10**9)
    for number in range(MOST + 5):
        many.put(("http", b"", f"/{number}", b"", "en"), small)
    assert len(many) == MOST


async def test_a_shop_that_opens_again_is_shown(app: Quart) -> None:
    """Closed pages are kept, too, until then."""
    vendor = await shop_with_a_cup()
    await closed(vendor)
    assert "is closed" in (await ask(app)).text
    assert await is_from_memory(app)
    await open_shop(vendor_id=vendor.id, actor="test")
    assert "Add to basket" in (await ask(app)).text
