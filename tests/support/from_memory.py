"""Pages as a server asks for them, and whether memory gives them."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING, Any

import pytest

from shared.trade.baskets import service as baskets
from shared.trade.catalogue.models import Category, Product
from shared.trade.vendors.models import Vendor
from tests.support.accounts import person, session_of
from tests.support.app import whole_app
from tests.support.factories import make_product, make_ready_vendor
from tests.support.storefront import counted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from quart import Quart

    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway


PAGE = "/shops/lux/cup"
# One address of each route that is the same for all.
EXAMPLES = {
    "/": "/",
    "/vendors": "/vendors?after=1",
    "/pricing": "/pricing",
    "/sell": "/sell",
    "/legal/rights": "/legal/rights",
    "/legal/ranking": "/legal/ranking",
    "/legal/accessibility": "/legal/accessibility",
    "/legal/terms": "/legal/terms",
    "/legal/privacy": "/legal/privacy",
    "/legal/imprint": "/legal/imprint",
    "/categories": "/categories",
    "/categories/<slug>": "/categories/cups?sort=name",
    "/shops/<slug>": "/shops/lux?sort=price-up",
    "/shops/<slug>/<product_slug>": PAGE,
}


OF_ONE_REQUEST = {
    "x-request-id",
    "etag",
    "ratelimit-remaining",
    "ratelimit-reset",
}


class Answer:
    """What came back from the application as a server asks it."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status = status
        self.headers = {name.decode(): value.decode() for name, value in headers}
        self.encoding = self.headers.pop("content-encoding", "")
        self.size = len(body)
        self.body = gzip.decompress(body) if self.encoding else body

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def same(self) -> tuple[object, ...]:
        """What must not depend on who answered. The time in a signed cookie may."""
        kept = {k: v for k, v in self.headers.items() if k not in OF_ONE_REQUEST}
        cookie = kept.pop("set-cookie", "").partition("=")[0]
        if int(kept.pop("content-length")) != self.size:
            raise AssertionError("its length is said wrong")
        body = self.text.replace(self.headers["x-request-id"], "")
        return self.status, kept, cookie, body


@pytest.fixture
async def plain(settings: Settings, gateway: Gateway) -> Quart:
    """The same application on the same database, keeping nothing."""
    return whole_app(settings.with_(page_memory_mb=0), gateway)


async def ask(
    app: Quart,
    path: str = PAGE,
    *headers: tuple[str, str],
    method: str = "GET",
    on_start: Callable[[], Awaitable[None]] | None = None,
) -> Answer:
    """Ask as a server does, with these headers and no cookie jar."""
    given = [(name.lower().encode(), value.encode("latin1")) for name, value in headers]
    if not any(name == b"host" for name, _ in given):
        given.insert(0, (b"host", b"localhost"))
    bare, _, query = path.partition("?")
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": bare,
        "raw_path": bare.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": given,
        "client": ("203.0.113.1", 5000),
        "server": ("localhost", 80),
        "extensions": {},
    }
    messages: list[Any] = []
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        return asked.pop() if asked else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        messages.append(message)
        if message["type"] == "http.response.start" and on_start is not None:
            await on_start()

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return Answer(messages[0]["status"], messages[0]["headers"], body)


async def is_from_memory(
    app: Quart, path: str = PAGE, *headers: tuple[str, str]
) -> bool:
    """Whether the page is given without a statement."""
    with counted() as statements:
        await ask(app, path, *headers)
    return not [s for s in statements if "page_changes" not in s]


async def shop_with_a_cup() -> Vendor:
    """A shop `lux` of a business that says who it is; it sells a cup."""
    vendor = await make_ready_vendor(slug="lux", name="Lux")
    await Vendor.filter(id=vendor.id).update(legal_name="Lux S.à r.l.")
    await make_product(vendor, slug="cup", name="Cup", stock=9)
    await Category.create(slug="cups", name="Cups")
    return vendor


async def cookies_of_ours(app: Quart) -> dict[str, str]:
    """A value of the signed cookie for each thing that we keep in it."""
    product = await Product.get(slug="cup")
    basket = await baskets.add(None, product_id=product.id, quantity=2)
    shopper = await session_of(await person("customer"))
    owner = await session_of(await person("owner"))
    contents: dict[str, dict[str, Any]] = {
        "a basket": {"basket": basket},
        "a basket that is empty": {"basket": "ba_none"},
        "a shopper": {"shopper_sid": shopper},
        "a member": {"sid": owner},
        "a sign-in that waits": {"half_sid": "x"},
        "a language": {"language": "de"},
        "a message": {"flashes": [["ok", "Only for you"]]},
        "a form": {"csrf": "1"},
        "purchases": {"checkouts": ["x"]},
        "who is known": {"known": ["x"]},
    }
    signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return {what: str(signer.dumps(kept)) for what, kept in contents.items()}
