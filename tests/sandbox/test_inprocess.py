"""The stand-in inside a test: no socket, one for each, deterministic under a seed
(tests/support/inprocess.py).
"""

import time

import pytest
import stripe

from shared.sandbox.requests import Reply
from tests.support.inprocess import InProcess
from tests.support.sandbox import RunningSandbox
from tests.support.sandbox_journey import PAID, SELLER


def journey(process):
    """Some of everything; what was answered."""
    account = process.v1.accounts.create(SELLER).id
    process.complete(account)
    paid = process.v1.payment_intents.create(
        {**PAID, "transfer_data": {"destination": account}}
    )
    process.advance(1)
    open_one = process.v1.payment_intents.create({"amount": 1000, "currency": "usd"})
    given = {
        "payment_method": "pm_card_visa_chargeDeclined",
        "return_url": "https://shop.test",
    }
    with pytest.raises(stripe.CardError) as declined:
        process.v1.payment_intents.confirm(open_one.id, given)
    endpoint = process.v1.webhook_endpoints.create(
        {"url": "https://shop.test", "enabled_events": ["*"]}
    )
    seen = process.v1.payment_intents.retrieve(
        paid.id, {"expand": ["latest_charge.transfer.destination_payment"]}
    )
    events = process.events()
    for event in events:
        del event["request"]["idempotency_key"]  # the SDK draws these
    return [seen.to_dict(), declined.value.json_body, endpoint.to_dict(), events]


def test_the_same_requests_get_the_same_answers_to_the_last_character():
    assert journey(InProcess(seed=7)) == journey(InProcess(seed=7))
    assert journey(InProcess(seed=7)) != journey(InProcess(seed=8))


def test_a_seed_counts_over_http_too():
    ids = []
    for seed in (3, 3, 4):
        with RunningSandbox(seed=seed) as sandbox:
            _, body = sandbox.request(
                "POST",
                "/v1/customers",
                "name=a",
                {"Authorization": "Bearer sk_test_seed"},
            )
            ids.append(body.partition(b'"object"')[0])
            sandbox.reset()
            _, again = sandbox.request(
                "POST",
                "/v1/customers",
                "name=a",
                {"Authorization": "Bearer sk_test_seed"},
            )
            assert (
                again.partition(b'"object"')[0] == ids[-1]
            )  # a reset starts counting anew
    assert ids[0] == ids[1] != ids[2]


def test_ids_rise_and_never_come_back(tmp_path):
    """Not after a restart on the same file either; they rise so that indexes grow at their end."""
    file = str(tmp_path / "stripe.sqlite3")
    made = []
    for _ in range(3):
        process = InProcess(seed=1, database=file)
        made += [
            process.v1.customers.create({}) and process.world.id("x") for _ in range(50)
        ]
        process.close()
    assert made == sorted(set(made))


def test_without_a_seed_nobody_can_foretell_an_id():
    assert len({InProcess(seed=None).world.id("x") for _ in range(5)}) == 5


def test_time_stands_still_until_it_is_moved():
    process = InProcess()
    created = process.v1.customers.create({}).created
    process.advance(90)
    assert process.v1.customers.create({}).created == created + 90


def test_what_falls_due_happens_at_its_moment():
    process = InProcess()
    account = process.v1.accounts.create(SELLER).id
    process.complete(account)
    paid = process.v1.payment_intents.create(
        {**PAID, "transfer_data": {"destination": account}}
    )
    process.advance(30 * 86400)
    [updated] = process.events("charge.updated")
    assert updated["created"] - paid.created <= 1
    assert process.problems() == []


def test_requests_and_answers_are_held_against_the_sdks_types(monkeypatch):
    process = InProcess()
    text = (
        '{"object": "balance", "available": [], "livemode": false, "pending": '
        '[], "colour": "red"}'
    )
    monkeypatch.setattr(process.engine, "answer", lambda _: Reply(200, text))
    with pytest.raises(AssertionError, match=r"\$\.colour"):
        process.v1.balance.retrieve()


async def test_the_sdks_asynchronous_methods_work_as_well():
    process = InProcess()
    made = await process.v1.customers.create_async({"name": "Ada"})
    assert [
        c.id
        async for c in (
            await process.v1.customers.list_async({"limit": 1})
        ).auto_paging_iter()
    ] == [made.id]


def test_each_has_a_world_of_its_own():
    one, two = InProcess(), InProcess()
    one.v1.customers.create({})
    assert two.v1.customers.list().data == []


def test_it_is_fast_enough_for_thousands():
    """Not a measurement: a guard against a sleep or a socket."""
    process = InProcess(checked=False, audit=False)
    start = time.perf_counter()
    for _ in range(200):
        process.v1.customers.create({})
    assert time.perf_counter() - start < 5


def test_a_task_that_goes_wrong_does_not_stop_the_others(monkeypatch, caplog):
    from shared.sandbox import agenda

    def break_down(act, subject):
        act.store.remember("half", "done")
        raise ZeroDivisionError

    monkeypatch.setitem(agenda.TASKS, "settle", break_down)
    process = InProcess(audit=False)
    paid = [
        process.v1.payment_intents.create(PAID | {"application_fee_amount": None})
        for _ in range(2)
    ]
    process.act().store.schedule(
        process.world.clock.now() + 5, "refund_again", "inprocess", "re_none"
    )
    process.advance(60)
    assert [record.message for record in caplog.records] == [
        f"the task settle of {intent.latest_charge}" for intent in paid
    ]
    assert process.world.store.meta("half") == ""
    assert agenda.next_due(process.world) is None
