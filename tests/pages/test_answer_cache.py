"""Pages from memory: given to visitors without a cookie of ours alone, the same as the application
would say, within bounds.
"""

from __future__ import annotations

import logging
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import generate_latest

from shared.entrypoints.web import limits
from shared.entrypoints.web.answer_cache import AnswerCache
from shared.entrypoints.web.kept_answers import (
    MOST,
    AnswerForm,
    KeptAnswer,
    KeptAnswers,
)
from shared.entrypoints.web.same_for_all import parameters_of
from shared.trade.catalogue.models import Product
from tests.support.from_memory import (
    EXAMPLES,
    PAGE,
    ask,
    cookies_of_ours,
    is_from_memory,
    plain,
    shop_with_a_cup,
)
from tests.support.storefront import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quart import Quart

__all__ = ["plain"]  # a fixture

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.usefixtures("database")

# Whose changes are noted, and where.
MIGRATION: Any = import_module("shared.infra.database.migrations.0045_page_changes")

LATER: Any = import_module("shared.infra.database.migrations.0060_shipping")

NUMBERS: Any = import_module("shared.infra.database.migrations.0101_numbers_on_pages")

# The terms of products change with them, and places of shops with their vendors and configs.
NOTED = {
    *MIGRATION.TABLES,
    LATER.TABLE,
    NUMBERS.TABLE,
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
