"""Counted before judged: limits come first, sizes are counted before anything is made of them,
refusals are small and clean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import pytest
from quart import Blueprint

from shared.entrypoints.web import limit_stores, limits
from shared.entrypoints.web.access import vendor_token
from shared.entrypoints.web.bodies import MAX_FIELDS, MAX_HEADERS, MAX_PARTS
from shared.entrypoints.web.security import MAX_BYTES_SENT_BACK, MAX_SENT_BACK
from shared.trade.people import tokens
from shared.trade.people.scopes import Scope
from tests.support.factories import make_member, make_vendor
from tests.support.probe import small_app
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from quart import Quart

    from shared.core.settings import Settings

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
READERS: dict[str, tuple[dict[str, str], str]] = {
    "page": ({}, "<!doctype html>"),
    "fragment": ({"HX-Request": "true"}, '<div class="alert'),
    "program": ({"Accept": "application/json"}, '{"error":'),
}


def parts(number: int) -> tuple[bytes, dict[str, str]]:
    """A multipart form of so many fields."""
    field = b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\nv\r\n'
    return field * number + b"--b--\r\n", {
        "Content-Type": "multipart/form-data; boundary=b"
    }


class TestFirstOfAll:
    """Whoever asks too often is refused before anything is read."""

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("POST", "/form", 422),
            ("GET", "/no/such/page", 404),
            ("DELETE", "/form", 405),
            ("POST", "/nowhere/{n}", 404),
        ],
    )
    async def test_what_is_refused_anyway_is_counted_too(
        self,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
        method: str,
        path: str,
        status: int,
    ) -> None:
        """Posts without a valid form token, addresses that no route has, methods that a route does
        not take.
        """
        monkeypatch.setattr(limits, "DEFAULT", "5/day")
        visitor = Visitor(small_app(settings))
        answers = [
            await visitor.request(method, path.replace("{n}", str(n))) for n in range(7)
        ]

        assert [a.status for a in answers] == [status] * 5 + [429] * 2
        assert int(answers[-1].headers["Retry-After"]) > 0

    async def test_one_line_is_one_caller(self, small: Quart) -> None:
        """All addresses of a /64 count together, however they are written; two lines count
        apart.
        """
        first = [
            await _from(small, address)
            for address in (
                "2001:db8::1",
                "2001:DB8:0:0:5::1",
                "2001:db8::2",
                "2001:db8::3",
            )
        ]
        other = await _from(small, "2001:db8:0:1::1")

        assert first == [200, 200, 200, 429]
        assert other == 200


async def _from(app: Quart, address: str) -> int:
    response = await app.test_client().get(
        "/tight", scope_base={"client": (address, 50312)}
    )
    return int(response.status_code)


def by_token() -> Blueprint:
    """A view for API tokens."""
    views = Blueprint("by_token", __name__)

    @views.get("/api/v1/mine")
    @vendor_token(Scope.PAYMENTS_READ)
    @limits.limit("2/day")
    async def mine() -> str:
        return "mine"

    return views


@pytest.mark.one_engine
@pytest.mark.usefixtures("database")
class TestTokens:
    """What brings an API token is counted by its network until the token was found, then by its
    vendor.
    """

    async def test_made_up_tokens_are_one_caller(self, settings: Settings) -> None:
        """Each would otherwise have a limit of its own."""
        visitor = Visitor(small_app(settings, by_token()))
        asked = [
            await visitor.get(
                "/api/v1/mine", headers={"Authorization": f"Bearer mht_{n}"}
            )
            for n in range(6)
        ]

        assert [answer.status for answer in asked] == [401] * 2 + [429] * 4

    async def test_two_vendors_on_one_machine_count_apart(
        self, settings: Settings
    ) -> None:
        """A tool may ask for many vendors."""
        visitor = Visitor(small_app(settings, by_token()))
        for _ in range(2):
            member = await make_member(await make_vendor())
            token = await tokens.create_token(
                vendor_id=member.vendor_id or 0, member_id=member.id, name="tool"
            )
            headers = {"Authorization": f"Bearer {token}"}
            answers = [
                await visitor.get("/api/v1/mine", headers=headers) for _ in range(3)
            ]
            assert [answer.status for answer in answers] == [200, 200, 429]


class TestSizes:
    """A thousand fields, a hundred parts, a hundred headers."""

    @pytest.mark.parametrize("reader", READERS)
    @pytest.mark.parametrize("much", ["fields", "parts", "headers", "long headers"])
    async def test_too_much_is_said_in_the_readers_format(
        self, visitor: Visitor, reader: str, much: str
    ) -> None:
        """413 for what is sent, 431 for headers; short, and nothing of it comes back."""
        headers, begins = READERS[reader]
        body = b""
        if much == "fields":
            body, headers = b"needle=1&" * (MAX_FIELDS + 1), {**headers, **FORM}
        elif much == "parts":
            body, kind = parts(MAX_PARTS + 1)
            headers = {**headers, **kind}
        elif much == "headers":
            headers = {**headers, **{f"X-Needle-{n}": "1" for n in range(MAX_HEADERS)}}
        else:
            headers = {**headers, "X-Needle": "needle" * 3000}
        answer = await visitor.request("POST", "/form", data=body, headers=headers)

        assert answer.status == (431 if "headers" in much else 413)
        assert answer.text.lstrip().startswith(begins)
        assert len(answer.text) < 8000
        assert "needle" not in answer.text.lower()

    @pytest.mark.parametrize(
        "body",
        [b"n=1&" * (MAX_FIELDS - 1) + b"n=1", parts(MAX_PARTS)[0]],
    )
    async def test_as_much_as_is_allowed_is_judged(
        self, visitor: Visitor, body: bytes
    ) -> None:
        """Here for its form token, which it does not have."""
        kind = parts(1)[1] if body.startswith(b"--b") else FORM
        assert (
            await visitor.request("POST", "/form", data=body, headers=kind)
        ).status == 422

    async def test_an_address_of_a_thousand_arguments_is_414(
        self, visitor: Visitor
    ) -> None:
        """Forms of GET are forms, too."""
        assert (await visitor.get("/form?" + "&" * MAX_FIELDS)).status == 414

    @pytest.mark.parametrize(
        "fields",
        [
            {f"f{n}": "x" for n in range(MAX_SENT_BACK + 1)},
            {"f": "x" * (MAX_BYTES_SENT_BACK + 1)},
        ],
    )
    async def test_no_huge_form_is_sent_back(
        self, visitor: Visitor, fields: dict[str, str]
    ) -> None:
        """A form without a fitting token comes back to be sent again, but none that is larger than
        ours are.
        """
        answer = await visitor.request(
            "POST", "/form", data=urlencode(fields).encode(), headers=FORM
        )

        assert answer.status == 422
        assert "Go back" in answer.text
        assert len(answer.text) < 8000

    async def test_a_small_one_still_is(self, visitor: Visitor) -> None:
        """Nothing typed is lost."""
        answer = await visitor.request(
            "POST", "/form", data=b"name=A+cup", headers=FORM
        )

        assert (answer.status, "A cup" in answer.text) == (422, True)


class TestMemory:
    """What the limiter remembers."""

    async def test_a_flood_of_strangers_does_not_make_it_forget_who_asks_all_the_time(
        self,
    ) -> None:
        """Forgotten is who was unseen longest, not who came first."""
        store = limit_stores.BoundedStore(size=2)
        for key in ("a", "b", "a", "c"):
            await store.set(key, cast("Any", key))

        assert [await store.get(key, cast("Any", None)) for key in "abc"] == [
            "a",
            None,
            "c",
        ]
