"""The JSON API as a vendor's program sees it, and its description and health."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from shared.infra.database.lifecycle import close_database, open_database
from shared.trade.people import tokens
from shared.trade.people.models import Member
from shared.trade.people.scopes import Scope
from shared.trade.vendors import service as vendors
from tests.support.discounts import FIVER, make_discount
from tests.support.factories import make_ready_vendor
from tests.support.program import Program, Reply
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from quart import Quart

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

DISCOUNTS = "/api/v1/vendor/discounts"
CONFIG, SETUP = "/api/v1/vendor/payments/config", "/api/v1/vendor/payments/setup"


async def new_vendor() -> tuple[int, str]:
    """A vendor without Stripe, and an API token of its own."""
    signed = await vendors.sign_up(
        email="api@shop.test",
        password="a-long-password",
        full_name="A",
        business_name="Api & Co",
        country="LU",
        confirmed=True,
    )
    token = await tokens.create_token(
        vendor_id=signed.vendor_id, member_id=signed.member_id, name="CI", allowed=Scope
    )
    return signed.vendor_id, token


class TestDiscounts:
    """GET discounts."""

    async def test_a_vendor_reads_its_own_codes_and_no_others(self, app: Quart) -> None:
        """Amounts as decimal strings, moments in UTC, the newest first."""
        mine, token = await new_vendor()
        begin = datetime(2026, 12, 1, 8, tzinfo=UTC)
        await make_discount(mine, "TENTH", most_uses=100, uses=3)
        await make_discount(
            mine, "FIVER", least_amount=2050, starts_at=begin, is_active=False, **FIVER
        )
        await make_discount(None, "MARKET")
        await make_discount((await make_ready_vendor()).id, "OTHERS")

        reply = await Program(app, token).call("GET", DISCOUNTS)

        assert reply.status == 200
        newest, oldest = reply.body["discounts"]
        assert newest == {
            "code": "FIVER",
            "kind": "amount",
            "percentage": None,
            "amount": "5.00",
            "least_amount": "20.50",
            "currency": "EUR",
            "starts_at": "2026-12-01T08:00:00+00:00",
            "ends_at": None,
            "most_uses": None,
            "most_per_shopper": None,
            "uses": 0,
            "is_active": False,
        }
        assert (oldest["code"], oldest["percentage"], oldest["uses"]) == (
            "TENTH",
            10,
            3,
        )

    async def test_it_needs_a_token_that_may(self, app: Quart) -> None:
        """One that reads how the shop is paid does not."""
        vendor_id, _ = await new_vendor()
        member = await Member.get(vendor_id=vendor_id)
        token = await tokens.create_token(
            vendor_id=vendor_id, member_id=member.id, name="Pay"
        )
        assert (await Program(app, token).call("GET", DISCOUNTS)).status == 403


class TestVendorPayments:
    """GET config, POST setup."""

    async def test_before_set_up_the_config_says_so(self, app: Quart) -> None:
        """Four keys and no more."""
        _, token = await new_vendor()

        reply = await Program(app, token).call("GET", CONFIG)

        assert reply == Reply(
            200,
            {
                "stripe_account_id": None,
                "account_status": "not_configured",
                "accepts_payments": False,
                "needs_setup": True,
            },
        )

    async def test_set_up_twice_gives_one_account_and_two_links(
        self, app: Quart, sandbox: RunningSandbox
    ) -> None:
        """No second account, no stored link."""
        _, token = await new_vendor()
        program = Program(app, token)

        first = await program.call(
            "POST", SETUP, json={"country": "DE", "business_type": "company"}
        )
        second = await program.call("POST", SETUP)

        assert first.status == second.status == 200
        assert set(first.body) == {"stripe_account_id", "onboarding_url", "message"}
        assert first.body["stripe_account_id"] == second.body["stripe_account_id"]
        assert first.body["onboarding_url"] != second.body["onboarding_url"]
        assert sandbox.control("GET", "state")["counts"].get("account") == 1
        config = (await program.call("GET", CONFIG)).body
        assert set(config) == {
            "stripe_account_id",
            "account_status",
            "accepts_payments",
            "currency",
            "platform_fee_percentage",
            "needs_onboarding",
        }
        assert config["needs_onboarding"] is True
        assert config["platform_fee_percentage"] == 2.5

    async def test_set_up_takes_only_what_is_on_its_list(
        self, app: Quart, gateway: Gateway
    ) -> None:
        """Name, email and the fee are the vendor's record's, whatever the body says."""
        _, token = await new_vendor()
        body = {
            "email": "evil@evil.example",
            "business_name": "Evil",
            "vendor_id": 999,
            "platform_fee_percentage": "0",
            "controller": {"fees": {"payer": "account"}},
            "stripe_account_id": "acct_evil",
            "type": "custom",
        }

        reply = await Program(app, token).call("POST", SETUP, json=body)

        assert reply.status == 200
        account = await gateway.accounts.get(reply.body["stripe_account_id"])
        assert account.email == "api@shop.test"
        config = (await Program(app, token).call("GET", CONFIG)).body
        assert config["platform_fee_percentage"] == 2.5

    @pytest.mark.parametrize(
        ("body", "param"),
        [
            ({"country": "Luxembourg"}, "country"),
            ({"country": 7}, "country"),
            ({"business_type": "cartel"}, "business_type"),
            ({"url": "javascript:alert(1)"}, "url"),
            ({"phone": "call me"}, "phone"),
        ],
    )
    async def test_a_wrong_detail_is_422_and_named(
        self, app: Quart, body: dict[str, Any], param: str
    ) -> None:
        """Nothing reaches Stripe."""
        _, token = await new_vendor()

        reply = await Program(app, token).call("POST", SETUP, json=body)

        assert (
            reply.status,
            reply.code,
            reply.body["error"]["param"],
        ) == (422, "invalid", param)

    async def test_a_country_that_we_cannot_pay_is_refused(self, app: Quart) -> None:
        """With a sentence of ours, not Stripe's."""
        _, token = await new_vendor()

        reply = await Program(app, token).call("POST", SETUP, json={"country": "ZZ"})

        assert (reply.status, reply.code) == (409, "unsupported_country")

    @pytest.mark.parametrize(
        "token",
        [None, "", "wrong", "mht_" + "a" * 32, "mht_ä", "a b"],
    )
    async def test_without_a_good_token_everything_is_401(
        self, app: Quart, token: str | None
    ) -> None:
        """A session cookie does not help: these routes are for tokens."""
        owner = Visitor(app)
        await owner.sign_up()

        for method, path in (("GET", CONFIG), ("POST", SETUP)):
            reply = await Program(app, token).call(method, path)
            assert (reply.status, reply.code) == (401, "unauthenticated")
            assert (await owner.request(method, path)).status == 401

    async def test_an_outage_is_not_called_needs_setup(
        self, app: Quart, database: str
    ) -> None:
        """A database that is gone is a 500 of ours, and a Stripe that is down a 503, never
        `not_configured`.
        """
        _, token = await new_vendor()
        app.config["PROPAGATE_EXCEPTIONS"] = False
        program = Program(app, token)
        await close_database()

        reply = await program.call("GET", CONFIG)

        await open_database(database)
        assert reply.status == 500
        assert "needs_setup" not in reply.body

    @pytest.mark.sdk_unchecked("the stand-in answers 500 on purpose")
    async def test_while_stripe_is_down_set_up_is_503_and_works_later(
        self, app: Quart, sandbox: RunningSandbox
    ) -> None:
        """And still makes one account."""
        _, token = await new_vendor()
        program = Program(app, token)
        sandbox.fails(500, "/v1/accounts")

        down = await program.call("POST", SETUP)
        sandbox.faults()
        later = await program.call("POST", SETUP)

        assert (down.status, down.code) == (503, "payment_provider_unavailable")
        assert later.status == 200


class TestDescription:
    """OpenAPI and its page."""

    async def test_every_endpoint_is_described_with_its_answers_and_errors(
        self, app: Quart
    ) -> None:
        """And no page is among them."""
        schema = (await Program(app).call("GET", "/api/v1/openapi.json")).body

        assert schema["openapi"].startswith("3.")
        assert set(schema["paths"]) == {
            CONFIG,
            SETUP,
            DISCOUNTS,
            "/api/v1/platform/vendors/{vendor_id}/payments/create-intent",
            "/api/v1/platform/vendors/{vendor_id}/payments/hold",
            "/api/v1/platform/webhooks/stripe",
            "/api/v1/platform/webhooks/stripe/connect",
        }
        for path in schema["paths"].values():
            for operation in path.values():
                assert operation["summary"]
                assert any(status.startswith("4") for status in operation["responses"])
        body = schema["paths"][
            "/api/v1/platform/vendors/{vendor_id}/payments/create-intent"
        ]["post"]["requestBody"]
        assert "order_id" in json.dumps(body)

    async def test_the_page_loads_its_scripts_from_us_under_the_strict_policy(
        self, app: Quart
    ) -> None:
        """No CDN, nothing inline."""
        answer = await Visitor(app).get("/api/v1/docs")

        assert answer.status == 200
        assert "//cdn" not in answer.text
        assert "/static/vendor/swagger-ui/swagger-ui-bundle.js" in answer.text
        assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
