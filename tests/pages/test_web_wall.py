"""What comes in from outside: forms and their tokens, other sites, hosts, sizes, limits."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from quart import Quart

from shared.core import clock
from shared.entrypoints.web import limit_stores
from shared.entrypoints.web.forms import MarketForm
from tests.support.probe import small_app
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from shared.core.settings import Settings


class TestForms:
    """Tokens, trimming, money, absurd numbers."""

    async def test_what_is_right_goes_through_trimmed_and_as_money(
        self, visitor: Visitor
    ) -> None:
        """A comma is a decimal point too; POST answers 303; the flash is said once."""
        done = await visitor.send("/form", name="  Cup ", price="12,50", many="3")

        assert (done.status, done.location) == (303, "/done")
        assert "Cup|€12.50|3" in (await visitor.get("/form")).text
        assert "Cup|€12.50|3" not in (await visitor.get("/form")).text

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "x" * 10_001),
            ("price", "12.3456"),
            ("price", "-1"),
            ("price", "NaN"),
            ("price", "1e99"),
            ("price", "abc"),
            ("rate", "Infinity"),
            ("rate", "sNaN"),
            ("many", "9" * 30),
            ("many", "9" * 5000),
            ("many", "1.5"),
        ],
    )
    async def test_absurd_values_are_422_at_their_field(
        self, visitor: Visitor, field: str, value: str
    ) -> None:
        """Never a crash, whatever a column or a decimal would do with them."""
        answer = await visitor.send("/form", **{"name": "Cup", field: value})

        assert answer.status == 422
        assert f'name="{field}"' in answer.text

    @pytest.mark.parametrize(
        "token",
        [
            None,
            "",
            "x",
            "##",
            "\udcff".encode("utf-8", "ignore").decode(),
            "2026##abc",
        ],
    )
    async def test_without_a_fitting_token_nothing_happens_and_nothing_typed_is_lost(
        self, visitor: Visitor, token: str | None
    ) -> None:
        """One press on the answer's button sends it again with a fresh token; passwords are not put
        back.
        """
        await visitor.token("/form")
        fields = {"name": 'A "cup" <b>', "price": "5", "password": "hunter22hunter22"}
        refused = await visitor.request(
            "POST",
            "/form",
            form=fields if token is None else {**fields, "csrf_token": token},
        )

        assert refused.status == 422
        assert "open for too long" in refused.text
        assert "hunter22" not in refused.text
        assert "A &#34;cup&#34; &lt;b&gt;" in refused.text
        fresh = re.search(r'name="csrf_token" value="([^"]+)"', refused.text)
        assert fresh is not None
        again = await visitor.request(
            "POST", "/form", form={"name": "A", "price": "5", "csrf_token": fresh[1]}
        )
        assert again.status == 303

    async def test_a_token_is_an_hmac_of_256_bits(self, visitor: Visitor) -> None:
        """Not of SHA-1, as the library's own."""
        assert len(bytes.fromhex(await visitor.token("/form"))) == 32

    async def test_another_browsers_token_does_not_fit(
        self, small: Quart, visitor: Visitor
    ) -> None:
        """The token belongs to one session."""
        stolen = await Visitor(small).token("/form")
        await visitor.token("/form")

        assert (
            await visitor.request(
                "POST", "/form", form={"name": "A", "csrf_token": stolen}
            )
        ).status == 422

    def test_an_async_validator_is_refused_when_the_class_is_made(self) -> None:
        """WTForms would never run it and count the form as valid."""
        with pytest.raises(TypeError, match="never run"):
            type(
                "Bad",
                (MarketForm,),
                {
                    "validate_name": TestForms.test_what_is_right_goes_through_trimmed_and_as_money
                },
            )

    async def test_a_field_twice_or_in_the_address_changes_nothing(
        self, visitor: Visitor
    ) -> None:
        """The first of several counts, and of a form what stands in its body."""
        token = await visitor.token("/form")
        body = f"csrf_token={token}&name=Cup&name=Jug&price=5&price=x".encode()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        sent = await visitor.request(
            "POST", "/form?name=Pan&price=7", data=body, headers=form
        )

        assert sent.status == 303
        assert "Cup|€5.00|1" in (await visitor.get("/form")).text
        elsewhere = await visitor.request(
            "POST", "/form?name=Pan", form={"csrf_token": token}
        )
        assert elsewhere.status == 422

    async def test_a_nul_in_a_form_is_400(self, visitor: Visitor) -> None:
        """PostgreSQL cannot store it."""
        assert (await visitor.send("/form", name="a\0b")).status == 400


class TestOrigin:
    """Unsafe requests come from our own pages."""

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "same-site", "Origin": "https://other.localhost"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://localhost.evil.example"},
        ],
    )
    async def test_another_sites_form_is_refused_even_with_a_token(
        self, visitor: Visitor, headers: dict[str, str]
    ) -> None:
        """403, also for JSON that a cookie could authorise."""
        assert (await visitor.send("/form", headers=headers, name="A")).status == 403
        assert (
            await visitor.request("POST", "/json", json={}, headers=headers)
        ).status == 403

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Sec-Fetch-Site": "same-origin"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "http://localhost"},
        ],
    )
    async def test_our_own_pages_and_programs_go_through(
        self, visitor: Visitor, headers: dict[str, str]
    ) -> None:
        """Same origin by either header, or neither header at all."""
        assert (await visitor.send("/form", headers=headers, name="A")).status == 303
        assert (
            await visitor.request("POST", "/json", json={}, headers=headers)
        ).status == 200


class TestHost:
    """Who the request says it is for."""

    @pytest.mark.parametrize("host", ["a" * 64, "a" * 300, "..", ".a", "a..b"])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_a_host_that_no_machine_can_have_is_400_and_not_a_crash(
        self, visitor: Visitor, host: str, method: str
    ) -> None:
        """Werkzeug refuses it before any error handler is there to answer."""
        answer = await visitor.request(method, "/form", headers={"Host": host})

        assert answer.status == 400
        assert "That request is not right" in answer.text


class TestSizes:
    """Bodies are capped in the caller's format."""

    async def test_a_body_above_the_cap_is_413(self, visitor: Visitor) -> None:
        """Declared or not, for forms and for JSON."""
        big = b"name=" + b"a" * (257 * 1024)
        form = {"Content-Type": "application/x-www-form-urlencoded"}

        assert (
            await visitor.request("POST", "/form", data=big, headers=form)
        ).status == 413
        answer = await visitor.request(
            "POST", "/json", data=big, headers={"Accept": "application/json"}
        )
        assert answer.status == 413
        assert json.loads(answer.text)["error"]["code"] == "too_large"

    async def test_a_body_of_undeclared_length_is_capped_too(
        self, small: Quart
    ) -> None:
        """Chunked requests announce nothing."""
        async with small.test_client().request("/json", method="POST") as connection:
            for _ in range(5):
                await connection.send(b"x" * 64 * 1024)
            await connection.send_complete()
        response = await connection.as_response()

        assert response.status_code == 413


class TestLimits:
    """Nobody may ask without end."""

    async def test_above_its_limit_a_route_answers_429_and_when_to_come_back(
        self, visitor: Visitor
    ) -> None:
        """In the caller's format."""
        answers = [
            await visitor.get("/tight", headers={"Accept": "application/json"})
            for _ in range(5)
        ]

        assert [a.status for a in answers] == [200, 200, 200, 429, 429]
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert json.loads(answers[-1].text)["error"]["code"] == "too_many_requests"

    async def test_a_made_up_forwarded_address_changes_nothing(
        self, visitor: Visitor
    ) -> None:
        """The key is the connection's own address."""
        answers = [
            await visitor.get("/tight", headers={"X-Forwarded-For": f"10.0.0.{n}"})
            for n in range(5)
        ]

        assert answers[-1].status == 429

    async def test_behind_a_trusted_proxy_its_callers_are_counted_apart(
        self, settings: Settings
    ) -> None:
        """And only the hop that we trust is believed."""
        app = small_app(settings.with_(trusted_proxies=1))
        visitor = Visitor(app)
        answers = [
            await visitor.get(
                "/tight", headers={"X-Forwarded-For": f"6.6.6.6, 10.0.0.{n}"}
            )
            for n in range(5)
        ]

        assert {a.status for a in answers} == {200}

    async def test_while_the_store_is_broken_each_process_counts_for_itself(
        self,
    ) -> None:
        """The limiter takes no shop down, and its outage opens none; failures are counted, and the
        store is left alone a while.
        """
        asked = []

        class Broken(limit_stores.BoundedStore):
            async def get(self, key: str, default: Any) -> Any:
                asked.append(key)
                raise ConnectionError

        store = limit_stores.SteadyStore(Broken())
        now = clock.now()
        with clock.use(lambda: now):
            assert await store.get("k", cast("Any", "never")) == "never"
            await store.set("k", now)
            assert await store.get("k", cast("Any", "never")) == now
        assert (store.failures, asked) == (1, ["k"])
        with clock.use(lambda: now + timedelta(seconds=11)):
            assert await store.get("k", cast("Any", "never")) == now
        assert (store.failures, asked) == (2, ["k", "k"])

    async def test_the_memory_of_callers_is_bounded(self) -> None:
        """A flood of addresses cannot fill the memory."""
        store = limit_stores.BoundedStore(size=3)
        for n in range(10):
            await store.set(str(n), cast("Any", n))

        assert [await store.get(str(n), cast("Any", None)) for n in range(10)] == [
            None
        ] * 7 + [
            7,
            8,
            9,
        ]
