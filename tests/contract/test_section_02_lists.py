"""stripe.md section 2: lists, expand, metadata."""

import pytest

from tests.contract.test_section_03_errors import refused


async def _five(platform):
    return [(await platform.v1.customers.create_async({"name": str(n)})).id for n in range(5)]


async def test_newest_first_with_more_told(platform):
    ids = await _five(platform)
    page = await platform.v1.customers.list_async({"limit": 2})
    assert [c.id for c in page.data] == [ids[4], ids[3]]
    assert (page.has_more, page.url) == (True, "/v1/customers")
    rest = await platform.v1.customers.list_async({"limit": 3, "starting_after": ids[3]})
    assert ([c.id for c in rest.data], rest.has_more) == ([ids[2], ids[1], ids[0]], False)


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
    [{"limit": 0}, {"limit": 101}, {"starting_after": "a", "ending_before": "b"}, {"starting_after": "cus_no"}],
)
async def test_bad_paging_is_400(platform, params):
    assert (await refused(platform.v1.customers.list_async(params))).http_status == 400


async def test_created_filters(platform):
    created = (await platform.v1.customers.create_async({})).created
    assert len((await platform.v1.customers.list_async({"created": created})).data) == 1
    assert len((await platform.v1.customers.list_async({"created": {"gte": created, "lt": created + 1}})).data) == 1
    assert (await platform.v1.customers.list_async({"created": {"gt": created}})).data == []


async def test_lists_filter(platform):
    customer = await platform.v1.customers.create_async({"email": "a@b.test"})
    mine = await platform.intent(customer=customer.id)
    await platform.intent()
    found = await platform.v1.payment_intents.list_async({"customer": customer.id})
    assert [i.id for i in found.data] == [mine.id]
    assert [c.id for c in (await platform.v1.customers.list_async({"email": "a@b.test"})).data] == [customer.id]


async def test_expand_goes_four_levels_deep(platform):
    account = await platform.vendor()
    paid = await platform.pay(transfer_data={"destination": account}, application_fee_amount=100)
    platform.settle()
    path = "latest_charge.transfer.destination_payment.balance_transaction"
    seen = await platform.v1.payment_intents.retrieve_async(paid.id, {"expand": [path, "transfer_data.destination"]})
    assert seen.latest_charge.transfer.destination_payment.balance_transaction.net == 900
    assert seen.transfer_data.destination.id == account


async def test_expand_on_lists_starts_at_data(platform):
    await platform.pay()
    found = await platform.v1.payment_intents.list_async({"expand": ["data.latest_charge"]})
    assert found.data[0].latest_charge.object == "charge"


@pytest.mark.parametrize("path", ["foo", "amount", "latest_charge.foo", "data.latest_charge"])
async def test_a_bad_expand_path_is_400_and_does_nothing(platform, path):
    error = await refused(platform.intent(expand=[path]))
    assert error.user_message == f"This property cannot be expanded ({path})."
    assert (error.code, error.param) == (None, None)
    assert platform.kinds() == []


async def test_expanding_null_stays_null(platform):
    assert (await platform.intent(expand=["customer", "latest_charge.balance_transaction"])).customer is None


async def test_metadata_merges_and_clears(platform):
    intent = await platform.intent(metadata={"a": "1", "b": "2"})
    update = platform.v1.payment_intents.update_async
    assert (await update(intent.id, {"metadata": {"b": "", "c": "3"}})).metadata.to_dict() == {"a": "1", "c": "3"}
    assert (await update(intent.id, {"metadata": ""})).metadata.to_dict() == {}


async def test_fifty_keys_of_metadata_at_most(platform):
    intent = await platform.intent(metadata={str(n): "x" for n in range(50)})
    error = await refused(platform.v1.payment_intents.update_async(intent.id, {"metadata": {"one_more": "x"}}))
    assert error.param == "metadata"
