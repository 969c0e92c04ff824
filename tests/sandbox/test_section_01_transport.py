"""stripe-facts 1: what goes over the wire, and what the real SDK makes of it."""

import base64
import datetime as dt
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe

from tests.sandbox.checked import CheckedClient
from tests.support.inprocess import BASE, KEY, DirectClient
from tests.support.standin_errors import refused

NEW = {"amount": 1000, "currency": "usd"}


class Recording(DirectClient):
    """Keeps what the SDK sends."""

    def request(self, method, url, headers, post_data=None, **_: Any):
        self.sent = (
            method,
            url,
            {name.lower(): text for name, text in (headers or {}).items()},
            post_data,
        )
        return super().request(method, url, headers, post_data)


@pytest.fixture
def recording(process):
    """The SDK in front of the stand-in, and what it sent last."""
    process.http = Recording(process.engine, checked=True)
    process.client = process.as_key(KEY)
    return process


def test_a_post_is_a_form_and_a_get_a_query(recording):
    customer = recording.v1.customers.create({"name": "Ada", "metadata": {"a": "1"}})
    method, url, headers, body = recording.http.sent
    assert (method, url) == ("post", f"{BASE}/v1/customers")
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert body == "name=Ada&metadata[a]=1"
    recording.v1.customers.list({"limit": 3, "expand": ["data.default_source"]})
    method, url, _, body = recording.http.sent
    assert (method, url, body) == (
        "get",
        f"{BASE}/v1/customers?limit=3&expand[0]=data.default_source",
        None,
    )
    recording.v1.customers.delete(customer.id)
    assert recording.http.sent[0] == "delete"


def test_none_is_dropped_and_an_empty_string_clears(recording):
    customer = recording.v1.customers.create({"name": "Ada", "phone": "1"})
    changed = recording.v1.customers.update(customer.id, {"name": None, "phone": ""})
    assert recording.http.sent[3] == "phone="
    assert (changed.name, changed.phone) == ("Ada", None)


def test_booleans_are_words_and_moments_are_seconds(recording):
    recording.v1.payment_intents.create({**NEW, "confirm": False})
    assert "confirm=false" in recording.http.sent[3]
    moment = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    recording.v1.payment_intents.list({"created": {"gte": moment}})
    assert recording.http.sent[1].endswith("?created[gte]=1793491200")


@pytest.mark.parametrize(
    "query",
    [
        "expand[]=latest_charge&expand[]=customer",
        "expand[0]=latest_charge&expand[1]=customer",
        "expand[1]=customer&expand[0]=latest_charge",
    ],
)
async def test_arrays_come_with_and_without_numbers(platform, query):
    intent = await platform.pay()
    status, _, body = ask(platform, "GET", f"/v1/payment_intents/{intent.id}?{query}")
    assert (status, body["latest_charge"]["object"]) == (200, "charge")


def test_what_the_sdk_says_of_itself(recording):
    recording.v1.customers.create({})
    headers = recording.http.sent[2]
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["stripe-version"] == "2026-10-28.endive"
    assert headers["user-agent"] == "Stripe/v1 PythonBindings/16.1.0"
    assert "stripe-account" not in headers


def test_a_key_comes_with_every_post_and_with_nothing_else(recording):
    customer = recording.v1.customers.create({})
    first = recording.http.sent[2]["idempotency-key"]
    recording.v1.customers.update(customer.id, {})
    assert recording.http.sent[2]["idempotency-key"] != first
    recording.v1.customers.retrieve(customer.id)
    assert "idempotency-key" not in recording.http.sent[2]
    recording.v1.customers.delete(customer.id)
    assert "idempotency-key" not in recording.http.sent[2]


def ask(
    platform: Any, method: str, path: str, body: str | None = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, dict[str, Any]]:
    """One plain request with this platform's key: status, headers and body."""
    connection = http.client.HTTPConnection(
        urlsplit(platform.sandbox.base_url).netloc, timeout=20
    )
    try:
        given = {"Authorization": f"Bearer {platform.key}"} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        connection.request(method, path, body, given)
        answer = connection.getresponse()
        raw = answer.read()
        return answer.status, answer.headers, json.loads(raw) if raw else {}
    finally:
        connection.close()


async def test_the_key_may_be_a_user_name(platform):
    word = base64.b64encode(f"{platform.key}:".encode()).decode()
    assert ask(platform, "GET", "/v1/balance", Authorization=f"Basic {word}")[0] == 200


async def test_an_answer_carries_its_headers(platform):
    _, headers, _ = ask(
        platform, "POST", "/v1/customers", "name=a", Idempotency_Key="k"
    )
    assert headers["Request-Id"].startswith("req_")
    assert (headers["Idempotency-Key"], headers["Stripe-Version"]) == (
        "k",
        "2026-10-28.endive",
    )
    assert headers["Content-Type"] == "application/json"
    assert "Stripe-Notice" not in headers
    assert "Idempotent-Replayed" not in headers
    first = headers["Request-Id"]
    _, headers, _ = ask(
        platform, "POST", "/v1/customers", "name=a", Idempotency_Key="k"
    )
    assert (headers["Idempotent-Replayed"], headers["Original-Request"]) == (
        "true",
        first,
    )
    _, headers, _ = ask(
        platform, "POST", "/v1/customers", "colour=red", Idempotency_Key="l"
    )
    assert (headers["Idempotency-Key"], headers["Request-Id"] != first) == ("l", True)
    assert (
        "Idempotency-Key"
        not in ask(platform, "GET", "/v1/customers", Idempotency_Key="k")[1]
    )


async def test_the_request_id_is_told_by_objects_and_errors(platform):
    made = await platform.v1.customers.create_async({})
    assert made.last_response.request_id == made.last_response.headers["Request-Id"]
    error = await refused(platform.v1.customers.retrieve_async("cus_no"))
    assert error.request_id.startswith("req_")
    assert error.request_id in str(error)
    assert error.request_id not in error.user_message


@pytest.mark.parametrize(
    "version",
    [
        "2019-2-19",
        "endive",
        "2026-10-28.endive, 2026-10-28.endive",
        "2026-10-28 endive",
    ],
)
async def test_a_malformed_version_is_refused(platform, version):
    status, _, body = ask(platform, "GET", "/v1/balance", Stripe_Version=version)
    assert status == 400
    assert body["error"] == {
        "type": "invalid_request_error",
        "message": f"Invalid Stripe API version: {version}",
    }


async def test_an_older_version_is_heard_and_echoed(platform):
    _, headers, _ = ask(platform, "GET", "/v1/balance", Stripe_Version="2020-08-27")
    assert headers["Stripe-Version"] == "2020-08-27"


async def test_head_is_a_get_without_the_body(platform):
    status, headers, body = ask(platform, "HEAD", "/v1/balance")
    assert (status, body) == (200, {})
    assert int(headers["Content-Length"]) > 2


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_updates_are_post_alone(platform, method):
    customer = await platform.v1.customers.create_async({})
    status, _, body = ask(platform, method, f"/v1/customers/{customer.id}", "name=a")
    assert status == 404
    assert (
        body["error"]["message"]
        == f"Unrecognized request URL ({method}: /v1/customers/{customer.id})."
    )


async def test_a_post_without_a_body_changes_nothing(platform):
    intent = await platform.intent()
    assert (
        await platform.v1.payment_intents.update_async(intent.id)
    ).to_dict() == intent.to_dict()


async def test_browsers_may_ask_first(platform):
    status, headers, _ = ask(
        platform,
        "OPTIONS",
        "/v1/payment_methods",
        Origin="https://shop.test",
        Access_Control_Request_Method="POST",
    )
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in headers["Access-Control-Allow-Methods"]
    assert "Authorization" in headers["Access-Control-Allow-Headers"]


# What the SDK does with answers: statuses are made by fault rules, so that it is our server that
# the SDK talks to.


@pytest.fixture
def patient(monkeypatch):
    """The SDK's pauses between tries, without the pauses."""
    monkeypatch.setattr(
        CheckedClient, "_sleep_time_seconds", lambda *_args, **_named: 0
    )


async def _tries(platform, retries, **effect: Any):
    """What a create ends in, and the idempotency keys of its tries."""
    client = stripe.StripeClient(
        platform.key,
        base_addresses={"api": platform.sandbox.base_url},
        http_client=platform.http,
        max_network_retries=retries,
    )
    platform.sandbox.faults({"match": {"path": "/v1/customers"}, **effect})
    last = max((entry["n"] for entry in platform.sandbox.requests()), default=0)
    try:
        ended = None
        try:
            await client.v1.customers.create_async({})
        except stripe.StripeError as error:
            ended = error
    finally:
        platform.sandbox.faults()
    return ended, [
        r["idempotency_key"]
        for r in platform.sandbox.requests(last)
        if r["path"] == "/v1/customers"
    ]


@pytest.mark.parametrize("status", [500, 503, 409])
async def test_the_sdk_tries_again_with_the_same_key_only_when_told_to(
    platform, patient, status
):
    ended, keys = await _tries(platform, 0, effect="status", status=status)
    assert (type(ended).__name__, len(keys)) == ("APIError", 1)
    ended, keys = await _tries(platform, 2, effect="status", status=status, times=2)
    assert ended is None
    assert len(keys) == 3
    assert len(set(keys)) == 1


async def test_the_sdk_never_retries_a_429_unless_the_answer_asks_for_it(
    platform, patient
):
    ended, keys = await _tries(platform, 2, effect="status", status=429)
    assert (type(ended).__name__, len(keys)) == ("RateLimitError", 1)
    ended, keys = await _tries(
        platform,
        2,
        effect="status",
        status=429,
        should_retry=True,
        times=1,
    )
    assert (ended, len(keys)) == (None, 2)
    ended, keys = await _tries(
        platform, 2, effect="status", status=500, should_retry=False
    )
    assert (type(ended).__name__, len(keys)) == ("APIError", 1)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, None, "InvalidRequestError"),
        (404, None, "InvalidRequestError"),
        (401, None, "AuthenticationError"),
        (402, None, "CardError"),
        (403, None, "PermissionError"),
        (429, None, "RateLimitError"),
        (400, "rate_limit", "RateLimitError"),
        (409, None, "APIError"),
        (500, None, "APIError"),
        (418, None, "APIError"),
    ],
)
async def test_the_kind_of_exception_follows_the_status(platform, status, code, kind):
    rule = {"effect": "status", "status": status} | ({"code": code} if code else {})
    ended, _ = await _tries(platform, 0, **rule)
    assert type(ended).__name__ == kind
    if kind not in ("CardError", "InvalidRequestError"):
        assert ended.code is None  # it stands in `error.code`
        assert ended.error.code == (code or ("rate_limit" if status == 429 else None))


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("GET", "/v1/customers/", None),
        ("POST", "/v1/payment_intents/", "amount=1000&currency=usd"),
        ("POST", "/v1/payment_intents//confirm", ""),
        ("DELETE", "/v1/customers/", None),
    ],
)
def test_an_empty_id_is_neither_the_list_nor_something_new(
    platform, method, path, form
):
    status, _, body = ask(platform, method, path, form)
    assert (status, body["error"]["message"][:26]) == (
        404,
        "Unrecognized request URL (",
    )
    assert platform.kinds() == []


@pytest.mark.parametrize(
    "form",
    [
        "a" + "[b]" * 5000 + "=x",
        "metadata" + "[b]" * 5000 + "=x",
        f"expand[{'9' * 5000}]=x",
        "expand[0][1][2]=x",
    ],
)
def test_forms_that_nobody_sends_are_refused(platform, form):
    status, _, body = ask(platform, "POST", "/v1/customers", form)
    assert (status, body["error"]["type"]) == (400, "invalid_request_error")
