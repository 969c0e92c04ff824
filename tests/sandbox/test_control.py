"""The control API (docs/stand-in.md): state, reset, clock, faults, and who may call it."""

import asyncio
import secrets
import time
from contextlib import asynccontextmanager

import pytest
import stripe

from shared.sandbox.clock import Clock
from shared.sandbox.config import EndpointConfig
from tests.sandbox.checked import CheckedClient, recorded_problems
from tests.sandbox.conftest import Platform
from tests.support.sandbox import RunningSandbox
from tests.support.standin_errors import refused


@pytest.fixture
async def own():
    """A platform on a stand-in that nobody else uses."""
    http = CheckedClient()
    with RunningSandbox(
        endpoints=(
            EndpointConfig(
                "http://127.0.0.1:9/",
                "whsec_a",
                connect=False,
                enabled_events=("charge.failed",),
            ),
        )
    ) as sandbox:
        yield Platform(sandbox, sandbox.config.secret_key, http)
        await http.close_async()


@asynccontextmanager
async def hanging():
    """The address of somebody who takes a request and never answers it."""
    held = []
    server = await asyncio.start_server(
        lambda _, writer: held.append(writer), "127.0.0.1", 0
    )
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    for writer in held:
        writer.close()
    server.close()


async def test_state_counts_what_there_is(own):
    await own.intent()
    state = own.control("GET", "state")
    assert state["counts"] == {"event": 1, "payment_intent": 1, "webhook_endpoint": 1}
    assert abs(state["clock"] - time.time()) < 5
    [endpoint] = state["webhook_endpoints"]
    assert (endpoint["secret"], endpoint["connect"], endpoint["enabled_events"]) == (
        "whsec_a",
        False,
        ["charge.failed"],
    )
    assert state["faults"] == []


async def test_reset_empties_everything_but_configured_endpoints(own):
    await own.intent()
    own.sandbox.advance(1000)
    own.sandbox.faults({"match": {}, "effect": "status", "status": 500})
    own.control("PUT", "settings", {"destination_reversals": "covered"})
    own.sandbox.reset()
    assert own.control("GET", "settings") == {"destination_reversals": "unlimited"}
    state = own.control("GET", "state")
    assert (state["counts"], state["faults"]) == ({"webhook_endpoint": 1}, [])
    assert abs(state["clock"] - time.time()) < 5
    assert (await own.v1.payment_intents.list_async()).data == []


async def test_another_key_acts_on_another_platform(own):
    await own.intent()
    assert own.sandbox.control("GET", "state", key="sk_test_other")["counts"] == {}


async def test_the_clock_moves_ahead_and_never_back(own):
    before = own.control("GET", "state")["clock"]
    assert (
        own.control("POST", "clock/advance", {"seconds": 3600})["clock"]
        >= before + 3600
    )
    with pytest.raises(RuntimeError, match="not negative"):
        own.control("POST", "clock/advance", {"seconds": -1})


def test_what_is_done_at_a_moment_takes_no_time():
    """A slow machine does not push away what follows on it."""
    clock = Clock()
    with clock.still():
        assert len({clock.now() for _ in range(10_000)}) == 1
    assert len({clock.now() for _ in range(10_000)}) > 1


@pytest.mark.parametrize(
    "rule",
    [
        {"match": {}, "effect": "explode"},
        {"match": {"event": "x"}, "effect": "status"},
        {"effect": "delay", "often": 1},
        {"match": {"host": "x"}, "effect": "delay"},
        {"match": {}, "effect": "delay", "seconds": -1},
        "rule",
    ],
)
def test_a_rule_that_means_nothing_is_refused(sandbox, rule):
    with pytest.raises(RuntimeError, match="Bad rule"):
        sandbox.faults(rule)


@pytest.mark.parametrize("effect", ["reset_before", "reset_after"])
async def test_a_cut_connection_is_a_connection_error_to_the_sdk(own, effect):
    own.sandbox.faults(
        {
            "match": {"method": "POST", "path": "/v1/payment_intents"},
            "effect": effect,
            "times": 1,
        }
    )
    new, key = (
        {"amount": 1000, "currency": "usd"},
        {"idempotency_key": secrets.token_hex(4)},
    )

    error = await refused(own.v1.payment_intents.create_async(new, key))

    assert isinstance(error, stripe.APIConnectionError)
    there = (await own.v1.payment_intents.list_async()).data
    assert len(there) == (1 if effect == "reset_after" else 0)
    again = await own.v1.payment_intents.create_async(new, key)
    assert len((await own.v1.payment_intents.list_async()).data) == 1
    assert ("Idempotent-Replayed" in again.last_response.headers) == (
        effect == "reset_after"
    )


async def test_the_sdk_heals_a_cut_by_itself(own):
    own.sandbox.faults(
        {"match": {"path": "/v1/customers"}, "effect": "reset_after", "times": 1}
    )
    client = stripe.StripeClient(
        own.key,
        base_addresses={"api": own.sandbox.base_url},
        http_client=own.http,
        max_network_retries=2,
    )
    made = await client.v1.customers.create_async({})
    assert [c.id for c in (await own.v1.customers.list_async()).data] == [made.id]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (500, stripe.APIError),
        (429, stripe.RateLimitError),
        (402, stripe.CardError),
        (409, stripe.APIError),
    ],
)
async def test_statuses(own, status, kind):
    own.sandbox.faults(
        {
            "match": {"path": "/v1/balance"},
            "effect": "status",
            "status": status,
            "times": 1,
        }
    )
    assert type(await refused(own.v1.balance.retrieve_async())) is kind
    assert (await own.v1.balance.retrieve_async()).object == "balance"


async def test_only_the_nth_match(own):
    own.sandbox.faults(
        {
            "match": {"path": "/v1/balance", "nth": 2},
            "effect": "status",
            "status": 503,
            "code": "lock_timeout",
        }
    )
    await own.v1.balance.retrieve_async()
    error = await refused(own.v1.balance.retrieve_async())
    assert (error.http_status, error.error.code) == (503, "lock_timeout")
    await own.v1.balance.retrieve_async()
    assert own.control("GET", "state")["faults"][0]["hits"] == 1


async def test_a_delayed_request_happens_although_nobody_waits(own):
    own.sandbox.faults({"match": {"method": "POST"}, "effect": "delay", "seconds": 0.2})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(own.intent(), 0.05)
    await asyncio.sleep(0.4)
    assert len((await own.v1.payment_intents.list_async()).data) == 1


async def test_requests_are_recorded_and_can_be_checked(own):
    await own.intent(metadata={"a": "b"})
    await refused(own.intent(nonsense=1))
    first, second = own.sandbox.requests()
    assert (first["method"], first["path"], first["status"]) == (
        "POST",
        "/v1/payment_intents",
        200,
    )
    assert first["params"] == {
        "amount": "1000",
        "currency": "usd",
        "metadata": {"a": "b"},
    }
    assert first["idempotency_key"]
    assert first["at"] <= second["at"] <= own.control("GET", "state")["clock"]
    assert own.sandbox.requests(after=first["n"]) == [second]
    assert recorded_problems([first]) == []
    assert recorded_problems([second]) == [
        "POST /v1/payment_intents: nonsense: unknown: Received unknown parameter: nonsense"
    ]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.test"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
    ],
)
def test_pages_of_others_may_not_control(sandbox, headers, status):
    assert sandbox.request("GET", "/_control/state", headers=headers)[0] == status


@pytest.mark.parametrize("path", ["disputes/du_1", "payouts/po_1/pay"])
def test_a_call_that_is_none_says_so(sandbox, path):
    with pytest.raises(RuntimeError, match="404 The control API has no POST"):
        sandbox.control("POST", path, {})


def test_nonsense_is_answered_in_a_sentence(sandbox):
    assert sandbox.request("POST", "/_control/clock/advance", "{")[0] == 400
    assert sandbox.request("POST", "/_control/clock/advance", "[]")[0] == 400
    with pytest.raises(RuntimeError, match="404"):
        sandbox.control("POST", "accounts/acct_no", {"complete": True})
    with pytest.raises(RuntimeError, match="has no colour"):
        sandbox.control("POST", "accounts/acct_no", {"colour": "red"})


def test_the_control_page_works_without_javascript(sandbox):
    status, page = sandbox.request("GET", "/")
    assert status == 200
    assert b"No real money moves here" in page or b"Test mode" in page
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert sandbox.request("POST", "/control/advance", "seconds=60", form)[0] == 303
    assert (
        sandbox.request(
            "POST",
            "/control/advance",
            "seconds=60",
            {**form, "Origin": "http://evil.test"},
        )[0]
        == 403
    )


async def test_a_restart_loses_nothing(tmp_path):
    path, http = str(tmp_path / "stripe.sqlite3"), CheckedClient()
    with RunningSandbox(database=path) as sandbox:
        first = Platform(sandbox, sandbox.config.secret_key, http)
        intent = await first.intent()
        sandbox.advance(86400)
        sandbox.faults({"match": {"path": "/v1/none"}, "effect": "delay"})
        clock, kinds = first.control("GET", "state")["clock"], first.kinds()
    with RunningSandbox(database=path) as sandbox:
        second = Platform(sandbox, sandbox.config.secret_key, http)
        assert (
            await second.v1.payment_intents.retrieve_async(intent.id)
        ).id == intent.id
        state = second.control("GET", "state")
        assert (second.kinds(), len(state["faults"])) == (kinds, 1)
        assert 0 <= state["clock"] - clock < 5
    await http.close_async()


def test_it_starts_and_stops_fast():
    start = time.perf_counter()
    with RunningSandbox():
        pass
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock/advance", '{"seconds": NaN}'),
        ("clock/advance", '{"seconds": Infinity}'),
        ("clock/advance", '{"seconds": 1e400}'),
        ("clock/advance", '{"seconds": 1e12}'),
        ("clock/advance", "[" * 100_000),
        ("payouts/po_1/fail", '{"failure_code": []}'),
        ("disputes", '{"charge": "\\ud800"}'),
        ("requests?after=" + "9" * 5000, None),
    ],
)
def test_what_is_no_value_is_refused(sandbox, path, body):
    assert (
        sandbox.request("POST" if body else "GET", f"/_control/{path}", body)[0] == 400
    )


@pytest.mark.parametrize(
    "change",
    [{"status": 99}, {"status": 600}, {"seconds": 1e300}],
)
def test_a_rule_that_cannot_be_played_is_refused(sandbox, change):
    with pytest.raises(RuntimeError, match="Bad rule"):
        sandbox.faults({"match": {}, "effect": "status", **change})


async def test_a_day_beyond_the_calendar_cannot_be_demanded(own):
    account = await own.vendor()
    with pytest.raises(RuntimeError, match="wrong kind"):
        own.control(
            "POST",
            f"accounts/{account}",
            {"requirements": {"current_deadline": 10**30}},
        )


def test_a_stored_refusal_needs_a_key_to_be_stored_under(own):
    own.sandbox.faults({"match": {}, "effect": "status", "status": 500, "stored": True})
    headers = {"Authorization": "Bearer nonsense", "Idempotency-Key": "k"}
    status, raw = own.sandbox.request("POST", "/v1/customers", "", headers)
    assert (status, b"An unknown error occurred" in raw) == (500, True)


async def test_a_reset_ends_a_jump_of_the_clock():
    """An endpoint that never answers holds the jump up; what begins after the reset has the time of
    now.
    """
    async with hanging() as url:
        config = EndpointConfig(url, "whsec_a", connect=False)
        with RunningSandbox(endpoints=(config,), delivery_timeout=5) as sandbox:
            body = "amount=1000&currency=usd"
            headers = {"Authorization": f"Bearer {sandbox.config.secret_key}"}
            await asyncio.to_thread(
                sandbox.request, "POST", "/v1/payment_intents", body, headers
            )
            jump = asyncio.create_task(asyncio.to_thread(sandbox.advance, 30 * 86400))
            await asyncio.sleep(0.3)
            await asyncio.to_thread(sandbox.reset)
            await jump
            assert abs(sandbox.control("GET", "state")["clock"] - time.time()) < 5


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("rebound.example.com:80", 421),
        ("localhost:1", 200),
        ("stripe", 200),
        ("10.0.0.7:12111", 200),
        ("[::1]:12111", 200),
        ("markethall.localhost", 200),
    ],
)
def test_a_name_that_somebody_pointed_here_is_not_answered(sandbox, host, status):
    assert (
        sandbox.request("GET", "/_control/state", headers={"Host": host})[0] == status
    )
    assert sandbox.request("POST", "/_control/idle", "{}", {"Host": host})[0] == status
