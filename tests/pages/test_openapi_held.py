"""The API against its own description, by schemathesis: what it allows is taken, what it forbids is
refused in one shape.

The whole application answers; a seed is fixed, so that a run finds what the one before it found.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import requests
import schemathesis
import stripe
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as examples
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks

from shared.trade.people import tokens
from shared.trade.people.scopes import Scope
from tests.support.market import check_out, open_shop

if TYPE_CHECKING:
    from quart import Quart
    from schemathesis import Case

    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway
    from tests.support.market import Purchase, Shop
    from tests.support.sandbox import RunningSandbox

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.one_engine]
SEED, EXAMPLES = 9, 15
HELD = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.positive_data_acceptance,
    checks.negative_data_rejection,
    schemathesis.checks.not_a_server_error,
]
BASE = "http://localhost"


def _bytes(sent: requests.PreparedRequest) -> bytes:
    """The body as it goes over the wire."""
    body: Any = sent.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)


@dataclass
class World:
    """The application, and who may call what."""

    app: Quart
    settings: Settings
    shop: Shop
    purchase: Purchase
    token: str
    loop: asyncio.AbstractEventLoop

    def send(self, case: Case[Any]) -> Response:
        """Send a case, authorised, from another thread."""
        sent = requests.Request(
            **case.as_transport_kwargs(base_url=BASE, headers=self._headers(case))
        ).prepare()
        self._sign(case, sent)
        return asyncio.run_coroutine_threadsafe(self._answer(sent), self.loop).result(
            30
        )

    def _headers(self, case: Case[Any]) -> dict[str, str]:
        held = (
            self.token
            if "/vendor/payments/" in case.operation.path
            else self.purchase.token
        )
        return {"Authorization": f"Bearer {held}"}

    def _sign(self, case: Case[Any], sent: requests.PreparedRequest) -> None:
        """The signature of a good case is made of its own body, as Stripe would."""
        if (
            "webhooks" not in case.operation.path
            or "Stripe-Signature" not in sent.headers
        ):
            return
        if case.meta is not None and not case.meta.generation.mode.is_positive:
            return
        ours = self.settings.stripe
        secret = (
            ours.connect_webhook_secrets
            if case.operation.path.endswith("connect")
            else ours.webhook_secrets
        )[0]
        body = _bytes(sent)
        sent.headers["Stripe-Signature"] = (
            stripe.WebhookSignature.generate_signature_header(body.decode(), secret)
        )

    async def _answer(self, sent: requests.PreparedRequest) -> Response:
        path = str(sent.url).removeprefix(BASE)
        client: Any = self.app.test_client()
        answer = await client.open(
            path, method=str(sent.method), data=_bytes(sent), headers=dict(sent.headers)
        )
        headers = {name: answer.headers.getlist(name) for name in answer.headers.keys()}  # noqa: SIM118
        content = await answer.get_data(as_text=False)
        return Response(
            answer.status_code, headers, content, sent, elapsed=0.0, verify=True
        )


@pytest.fixture
async def world(
    app: Quart, settings: Settings, gateway: Gateway, sandbox: RunningSandbox
) -> World:
    """A shop that sells, an order, and a token with every scope; without the limits, which have a
    test of their own.
    """
    app.config["QUART_RATE_LIMITER_ENABLED"] = False
    shop = await open_shop(gateway, sandbox)
    token = await tokens.create_token(
        vendor_id=shop.vendor_id,
        member_id=shop.member_id,
        name="schemathesis",
        allowed=Scope,
    )
    return World(
        app, settings, shop, await check_out(shop), token, asyncio.get_running_loop()
    )


async def described(app: Quart) -> dict[str, Any]:
    """The description as the application serves it."""
    answer = await app.test_client().get("/api/v1/openapi.json")
    found: dict[str, Any] = json.loads(await answer.get_data())
    return found


@pytest.mark.sdk_unchecked("business details that only a machine would think of")
@pytest.mark.parametrize(
    "mode",
    [GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
    ids=["allowed", "forbidden"],
)
async def test_the_api_holds_what_its_description_says(
    world: World, mode: GenerationMode
) -> None:
    """Every operation: documented statuses, shapes and types; nothing allowed is refused, nothing
    forbidden taken, no 500.
    """
    schema = schemathesis.openapi.from_dict(await described(world.app))
    faults = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        try:
            await asyncio.to_thread(
                _try_out(world, operation.as_strategy(generation_mode=mode))
            )
        except FailureGroup as found:
            faults += [
                f"{operation.label}: {fault} {found.__notes__}"
                for fault in found.exceptions
            ]
    assert not faults, "\n\n".join(faults)


def _try_out(world: World, cases: Any) -> Callable[[], None]:
    @seed(SEED)
    @examples(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def tried(case: Case[Any]) -> None:
        response = world.send(case)
        try:
            case.validate_response(response, checks=HELD)
        except FailureGroup as found:
            found.add_note(
                f"{case.path_parameters} {case.headers} {case.body!r}: {response.content.decode()}"
            )
            raise

    return tried


async def test_too_many_requests_are_described(app: Quart) -> None:
    """What the limiter answers is one of the answers that the operation names, in its shape."""
    schema = schemathesis.openapi.from_dict(await described(app))
    operation = schema["/api/v1/vendor/payments/setup"]["POST"]
    case = operation.Case(method="POST")
    client = app.test_client()
    for _ in range(300):
        answer = await client.post("/api/v1/vendor/payments/setup")
        if answer.status_code == 429:
            break
    headers = {"Content-Type": [answer.headers["Content-Type"]]}
    sent = requests.Request("POST", f"{BASE}/api/v1/vendor/payments/setup").prepare()
    response = Response(
        answer.status_code,
        headers,
        await answer.get_data(as_text=False),
        sent,
        0.0,
        True,
    )
    assert response.status_code == 429
    case.validate_response(
        response,
        checks=[checks.status_code_conformance, checks.response_schema_conformance],
    )
