"""Stripe's doors: what is signed comes in without any token, whatever else does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.program import Program, Reply

if TYPE_CHECKING:
    from quart import Quart


class TestWebhookDoors:
    """The two doors; what lies behind them has its own tests."""

    @pytest.mark.parametrize(
        "path",
        [
            "/api/v1/platform/webhooks/stripe",
            "/api/v1/platform/webhooks/stripe/connect",
        ],
    )
    async def test_unsigned_or_badly_signed_is_400_and_other_methods_405(
        self, app: Quart, path: str
    ) -> None:
        """Before anything is stored, in the one shape."""
        program = Program(app)

        for headers in (
            {},
            {"Stripe-Signature": "t=1,v1=abc"},
            {"Stripe-Signature": "\xff"},
            {"Stripe-Signature": ""},
        ):
            reply = await program.call(
                "POST", path, data=b'{"id": "evt_1"}', headers=headers
            )
            assert reply.status == 400
        assert (await program.call("GET", path)).status == 405
        assert (await program.call("POST", path, data=b"x" * 1_100_000)).status == 413

    async def test_a_signed_event_needs_no_token_no_session_and_no_origin(
        self, app: Quart, settings: Any
    ) -> None:
        """Stripe is no browser: 200 `{"status": "success"}` on the raw body as it was signed, also
        the second time.
        """
        import hashlib
        import hmac
        import time

        event = {
            "id": "evt_door_1",
            "object": "event",
            "type": "some.unknown_type",
            "created": int(time.time()),
            "livemode": False,
            "api_version": "2026-10-28.endive",
            "data": {"object": {"id": "x_1", "object": "x"}},
        }
        stamp = str(int(time.time()))
        for path, secret, account in (
            (
                "/api/v1/platform/webhooks/stripe",
                settings.stripe.webhook_secrets[0],
                {},
            ),
            (
                "/api/v1/platform/webhooks/stripe/connect",
                settings.stripe.connect_webhook_secrets[0],
                {"account": "acct_1"},
            ),
        ):
            body = json.dumps({**event, **account}, indent=2).encode()
            mac = hmac.new(
                secret.encode(),
                f"{stamp}.".encode() + body,
                hashlib.sha256,
            ).hexdigest()
            headers = {
                "Stripe-Signature": f"t={stamp},v1={mac}",
                "Origin": "https://stripe.example",
            }
            for _ in range(2):
                reply = await Program(app).call(
                    "POST", path, data=body, headers=headers
                )
                assert reply == Reply(200, {"status": "success"})
