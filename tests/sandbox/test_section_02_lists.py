"""stripe-facts 2: lists, expand, metadata."""

import pytest
import stripe

from tests.support.sandbox_journey import PAID, SELLER
from tests.support.standin_errors import refused


async def _five(platform):
    return [
        (await platform.v1.customers.create_async({"name": str(n)})).id
        for n in range(5)
    ]


async def test_newest_first_with_more_told(platform):
    ids = await _five(platform)
    page = await platform.v1.customers.list_async({"limit": 2})
    assert [c.id for c in page.data] == [ids[4], ids[3]]
    assert (page.has_more, page.url) == (True, "/v1/customers")
    rest = await platform.v1.customers.list_async(
        {"limit": 3, "starting_after": ids[3]}
    )
    assert ([c.id for c in rest.data], rest.has_more) == (
        [ids[2], ids[1], ids[0]],
        False,
    )


async def test_ending_before_gives_the_rows_just_newer(platform):
    ids = await _five(platform)
    page = await platform.v1.customers.list_async({"limit": 2, "ending_before": ids[0]})
    assert ([c.id for c in page.data], page.has_more) == ([ids[2], ids[1]], True)


async def test_the_sdk_pages_through_everything(platform):
    ids = await _five(platform)
    page = await platform.v1.customers.list_async({"limit": 2})
    assert [c.id async for c in page.auto_paging_iter()] == ids[::-1]


@pytest.mark.parametrize(
    "params",
    [{"limit": 0}, {"limit": 101}, {"starting_after": "a", "ending_before": "b"}],
)
async def test_bad_paging_is_400(platform, params):
    assert (await refused(platform.v1.customers.list_async(params))).http_status == 400


@pytest.mark.parametrize("name", ["starting_after", "ending_before"])
def test_an_unknown_cursor_answers_like_a_missing_object(process, name):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        process.v1.customers.list({name: "cus_no"})
    error = caught.value
    assert (error.http_status, error.code, error.param) == (
        404,
        "resource_missing",
        name,
    )
    assert error.user_message == "No such customer: 'cus_no'"


def test_ten_are_told_unless_more_are_asked_for_and_no_total(process):
    for _ in range(12):
        process.v1.customers.create({})
    page = process.v1.customers.list()
    assert (len(page.data), page.has_more) == (10, True)
    assert (
        len(process.v1.customers.list({"limit": 100}).data),
        "total_count" in page,
    ) == (
        12,
        False,
    )


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_filtered_lists_page_in_both_directions(process, size):
    """Every other one belongs to the customer; pages never show the rest, and end where the list
    ends.
    """
    mine, other = (process.v1.customers.create({}).id for _ in range(2))
    ids = []
    for n in range(14):
        given = {
            "amount": 1000,
            "currency": "usd",
            "customer": other if n % 2 else mine,
        }
        made = process.v1.payment_intents.create(given).id
        process.advance(10)
        ids += [] if n % 2 else [made]
    asked = {
        "customer": mine,
        "limit": size,
        "created": {"gt": process.act().now - 1000},
    }
    there = process.v1.payment_intents.list(asked)
    assert [i.id for i in there.auto_paging_iter()] == ids[::-1]
    assert there.url == "/v1/payment_intents"
    back = process.v1.payment_intents.list({**asked, "ending_before": ids[0]})
    assert [i.id for i in back.auto_paging_iter()] == ids[1:]
    assert (
        process.v1.payment_intents.list({**asked, "ending_before": ids[-1]}).data == []
    )


async def test_created_filters(platform):
    created = (await platform.v1.customers.create_async({})).created
    assert len((await platform.v1.customers.list_async({"created": created})).data) == 1
    assert (
        len(
            (
                await platform.v1.customers.list_async(
                    {"created": {"gte": created, "lt": created + 1}}
                )
            ).data
        )
        == 1
    )
    assert (
        await platform.v1.customers.list_async({"created": {"gt": created}})
    ).data == []


async def test_lists_filter(platform):
    customer = await platform.v1.customers.create_async({"email": "a@b.test"})
    mine = await platform.intent(customer=customer.id)
    await platform.intent()
    found = await platform.v1.payment_intents.list_async({"customer": customer.id})
    assert [i.id for i in found.data] == [mine.id]
    assert [
        c.id
        for c in (await platform.v1.customers.list_async({"email": "a@b.test"})).data
    ] == [customer.id]


async def test_expand_goes_four_levels_deep(platform):
    account = await platform.vendor()
    paid = await platform.pay(
        transfer_data={"destination": account}, application_fee_amount=100
    )
    platform.settle()
    path = "latest_charge.transfer.destination_payment.balance_transaction"
    seen = await platform.v1.payment_intents.retrieve_async(
        paid.id, {"expand": [path, "transfer_data.destination"]}
    )
    assert (
        seen.latest_charge.transfer.destination_payment.balance_transaction.net == 900
    )
    assert seen.transfer_data.destination.id == account


def test_five_levels_are_too_many(process):
    path = "latest_charge.transfer.destination_payment.balance_transaction.source"
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        process.v1.payment_intents.list({"expand": [f"data.{path}"]})


def test_lists_inside_objects_are_expanded_along_several_paths(process):
    account = process.v1.accounts.create(SELLER).id
    process.complete(account)
    paid = process.v1.payment_intents.create(
        {**PAID, "transfer_data": {"destination": account}}
    )
    process.advance(1)
    for _ in range(2):
        process.v1.refunds.create(
            {
                "payment_intent": paid.id,
                "amount": 100,
                "reverse_transfer": True,
                "refund_application_fee": True,
            }
        )
    charge = process.v1.charges.retrieve(paid.latest_charge)
    assert "refunds" not in charge
    paths = [
        "refunds",
        "refunds.data.balance_transaction",
        "refunds.data.transfer_reversal.transfer",
        "transfer.reversals",
    ]
    seen = process.v1.charges.retrieve(paid.latest_charge, {"expand": paths})
    assert [r.balance_transaction.amount for r in seen.refunds.data] == [-100, -100]
    assert {r.transfer_reversal.transfer.id for r in seen.refunds.data} == {
        seen.transfer.id
    }
    assert [r.amount for r in seen.transfer.reversals.data] == [100, 100]
    assert (seen.refunds.url, seen.refunds.has_more) == (
        f"/v1/charges/{charge.id}/refunds",
        False,
    )
    listed = process.v1.charges.list(
        {"expand": ["data.refunds.data.charge", "data.customer"]}
    )
    assert listed.data[0].refunds.data[0].charge.id == charge.id


async def test_expand_works_on_create_and_update(platform):
    customer = await platform.v1.customers.create_async({})
    intent = await platform.intent(customer=customer.id, expand=["customer"])
    assert intent.customer.object == "customer"
    updated = await platform.v1.payment_intents.update_async(
        intent.id, {"description": "x", "expand": ["customer"]}
    )
    assert (updated.customer.id, updated.description) == (customer.id, "x")


async def test_expand_on_lists_starts_at_data(platform):
    await platform.pay()
    found = await platform.v1.payment_intents.list_async(
        {"expand": ["data.latest_charge"]}
    )
    assert found.data[0].latest_charge.object == "charge"


@pytest.mark.parametrize(
    "path", ["foo", "amount", "latest_charge.foo", "data.latest_charge"]
)
async def test_a_bad_expand_path_is_400_and_does_nothing(platform, path):
    error = await refused(platform.intent(expand=[path]))
    assert error.user_message == f"This property cannot be expanded ({path})."
    assert (error.code, error.param) == (None, None)
    assert platform.kinds() == []


async def test_expanding_null_stays_null(platform):
    assert (
        await platform.intent(expand=["customer", "latest_charge.balance_transaction"])
    ).customer is None


async def test_metadata_merges_and_clears(platform):
    intent = await platform.intent(metadata={"a": "1", "b": "2"})
    update = platform.v1.payment_intents.update_async
    assert (
        await update(
            intent.id,
            {"metadata": {"b": "", "c": "3"}},
        )
    ).metadata.to_dict() == {
        "a": "1",
        "c": "3",
    }
    assert (await update(intent.id, {"metadata": ""})).metadata.to_dict() == {}


async def test_fifty_keys_of_metadata_at_most(platform):
    intent = await platform.intent(metadata={str(n): "x" for n in range(50)})
    error = await refused(
        platform.v1.payment_intents.update_async(
            intent.id, {"metadata": {"one_more": "x"}}
        )
    )
    assert error.param == "metadata"


def test_a_key_of_metadata_is_removed_by_an_empty_value_on_every_object(process):
    account = process.v1.accounts.create(SELLER).id
    process.complete(account)
    paid = process.v1.payment_intents.create(
        {**PAID, "metadata": {"order": "7"}, "transfer_data": {"destination": account}}
    )
    process.advance(1)
    charge = process.v1.charges.retrieve(paid.latest_charge, {"expand": ["transfer"]})
    assert charge.metadata.to_dict() == {
        "order": "7"
    }  # copied once, when the charge was made
    process.v1.payment_intents.update(paid.id, {"metadata": {"order": "8"}})
    assert process.v1.charges.retrieve(charge.id).metadata.to_dict() == {"order": "7"}
    made = (
        (process.v1.accounts, account),
        (process.v1.charges, charge.id),
        (process.v1.payment_intents, paid.id),
        (process.v1.transfers, charge.transfer.id),
        (process.v1.customers, process.v1.customers.create({}).id),
    )
    for service, name in made:
        service.update(name, {"metadata": ""})
        assert service.update(
            name,
            {"metadata": {"a": "1", "b": "2"}},
        ).metadata.to_dict() == {
            "a": "1",
            "b": "2",
        }
        assert service.update(name, {"metadata": {"a": ""}}).metadata.to_dict() == {
            "b": "2"
        }
        assert service.retrieve(name).metadata.to_dict() == {"b": "2"}


def test_a_deleted_object_is_three_words(process):
    customer = process.v1.customers.create({}).id
    assert process.v1.customers.delete(customer).to_dict() == {
        "id": customer,
        "object": "customer",
        "deleted": True,
    }


def test_ids_tell_what_they_are_of(process):
    account = process.v1.accounts.create(SELLER).id
    process.complete(account)
    paid = process.v1.payment_intents.create(
        {**PAID, "transfer_data": {"destination": account}}
    )
    process.advance(1)
    path = "latest_charge.transfer.destination_payment.application_fee"
    seen = process.v1.payment_intents.retrieve(paid.id, {"expand": [path]})
    charge, payment = (
        seen.latest_charge,
        seen.latest_charge.transfer.destination_payment,
    )
    endpoint = process.v1.webhook_endpoints.create(
        {"url": "https://shop.test", "enabled_events": ["*"]}
    )
    refund = process.v1.refunds.create(
        {
            "payment_intent": paid.id,
            "reverse_transfer": True,
            "refund_application_fee": True,
        }
    )
    ids = {
        "acct_": account,
        "pi_": seen.id,
        "ch_": charge.id,
        "tr_": charge.transfer.id,
        "py_": payment.id,
        "fee_": payment.application_fee.id,
        "txn_": charge.balance_transaction,
        "pm_": charge.payment_method,
        "we_": endpoint.id,
        "whsec_": endpoint.secret,
        "re_": refund.id,
        "trr_": refund.transfer_reversal,
        "evt_": process.events()[0]["id"],
        "cus_": process.v1.customers.create({}).id,
        "seti_": process.v1.setup_intents.create({}).id,
    }
    assert {
        prefix: name for prefix, name in ids.items() if not name.startswith(prefix)
    } == {}
    assert isinstance(seen.created, int)
    assert seen.client_secret.startswith(f"{seen.id}_secret_")
