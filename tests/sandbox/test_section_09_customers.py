"""stripe-facts 9: customers, their default method, their deletion, and the filters of their
list.
"""

import asyncio
from typing import Any

from tests.sandbox.shopper import again, customer, set_up
from tests.support.standin_errors import refused

DEFAULT = ["invoice_settings.default_payment_method"]


async def test_a_customer_is_made_changed_and_told_about(platform):
    made = await customer(
        platform,
        name="Ada",
        metadata={"a": "1"},
        address={"city": "Esch"},
    )
    assert (made.email, made.balance, made.address.city, made.address.line1) == (
        "shopper@shop.test",
        0,
        "Esch",
        None,
    )
    changed = await platform.v1.customers.update_async(
        made.id, {"name": "Eva", "metadata": {"a": "", "b": "2"}}
    )
    assert (changed.name, changed.metadata.to_dict()) == ("Eva", {"b": "2"})
    told = platform.events("customer.created", "customer.updated")
    assert [event["type"] for event in told] == ["customer.created", "customer.updated"]
    assert told[1]["data"]["previous_attributes"] == {
        "name": "Ada",
        "metadata": {"a": "1", "b": None},
    }


async def test_the_default_method_is_one_of_the_customers_own(platform):
    """localstripe 7: default through invoice_settings, which expands."""
    who = await customer(platform)
    method = await platform.v1.payment_methods.attach_async(
        "pm_card_visa", {"customer": who.id}
    )
    given = {"invoice_settings": {"default_payment_method": method.id}}
    changed = await platform.v1.customers.update_async(
        who.id, {**given, "expand": DEFAULT}
    )
    assert changed.invoice_settings.default_payment_method.card.last4 == "4242"
    other = await customer(platform)
    for named in (method.id, "pm_no", "pm_card_visa"):
        error = await refused(
            platform.v1.customers.update_async(
                other.id, {"invoice_settings": {"default_payment_method": named}}
            )
        )
        assert (error.http_status, error.code) == (400, "resource_missing")
        assert error.param == "invoice_settings[default_payment_method]"
    plain = await platform.v1.customers.retrieve_async(other.id, {"expand": DEFAULT})
    assert plain.invoice_settings.default_payment_method is None


async def test_the_default_method_goes_when_it_is_detached(platform):
    who = await customer(platform)
    method = await platform.v1.payment_methods.attach_async(
        "pm_card_visa", {"customer": who.id}
    )
    given = {"invoice_settings": {"default_payment_method": method.id}}
    await platform.v1.customers.update_async(who.id, given)
    before = len(platform.kinds())
    await platform.v1.payment_methods.detach_async(method.id)
    plain = await platform.v1.customers.retrieve_async(who.id)
    assert plain.invoice_settings.default_payment_method is None
    assert platform.kinds(before) == ["payment_method.detached", "customer.updated"]


async def test_a_default_can_be_named_along_with_the_method_that_is_attached(platform):
    given = {
        "payment_method": "pm_card_visa",
        "invoice_settings": {"default_payment_method": "pm_card_visa"},
    }
    made = await customer(platform, **given, expand=DEFAULT)
    default = made.invoice_settings.default_payment_method
    assert (default.customer, default.card.last4) == (made.id, "4242")
    assert [
        m.id
        for m in (
            await platform.v1.payment_methods.list_async({"customer": made.id})
        ).data
    ] == [default.id]


async def test_a_deleted_customer_is_only_known_as_deleted(platform):
    who = await customer(platform)
    method = await platform.v1.payment_methods.attach_async(
        "pm_card_visa", {"customer": who.id}
    )
    gone = {"id": who.id, "object": "customer", "deleted": True}
    before = len(platform.kinds())
    assert (await platform.v1.customers.delete_async(who.id)).to_dict() == gone
    assert platform.kinds(before) == ["payment_method.detached", "customer.deleted"]
    assert (
        platform.events("customer.deleted")[0]["data"]["object"]["email"]
        == "shopper@shop.test"
    )
    assert (await platform.v1.customers.retrieve_async(who.id)).to_dict() == gone
    assert (await platform.v1.customers.list_async()).data == []
    assert (
        await platform.v1.customers.list_async({"email": "shopper@shop.test"})
    ).data == []
    assert (
        await platform.v1.payment_methods.retrieve_async(method.id)
    ).customer is None


async def test_a_deleted_customer_cannot_be_used(platform):
    """localstripe 3: missing after deletion, directly and through the parent."""
    who = await customer(platform)
    await platform.v1.customers.delete_async(who.id)
    v1, given = platform.v1, {"customer": who.id}
    element = {"components": {"payment_element": {"enabled": True}}}
    uses = [
        platform.intent(**given),
        set_up(platform, **given),
        v1.payment_methods.attach_async("pm_card_visa", given),
        v1.payment_methods.list_async(given),
        v1.customer_sessions.create_async({**given, **element}),
        v1.setup_intents.list_async(given),
    ]
    for use in uses:
        error = await refused(use)
        assert (error.http_status, error.code, error.param) == (
            400,
            "resource_missing",
            "customer",
        )
        assert error.user_message == f"No such customer: '{who.id}'"
    gone = [
        v1.customers.update_async(who.id, {"name": "x"}),
        v1.customers.delete_async(who.id),
        v1.customers.payment_methods.list_async(who.id),
    ]
    for use in gone:
        error = await refused(use)
        assert (error.http_status, error.code) == (404, "resource_missing")


async def test_what_a_deleted_customer_bought_stays(platform):
    who = await customer(platform)
    paid = await platform.pay(customer=who.id)
    await platform.v1.customers.delete_async(who.id)
    kept = await platform.v1.payment_intents.retrieve_async(
        paid.id, {"expand": ["customer"]}
    )
    assert kept.customer.to_dict() == {
        "id": who.id,
        "object": "customer",
        "deleted": True,
    }
    assert (await again(platform, paid)).customer == who.id


async def test_customers_are_listed_by_address_and_time(platform):
    one = await customer(platform)
    platform.sandbox.advance(100)
    two = await customer(platform, email="Shopper@shop.test")
    customers = platform.v1.customers

    async def listed(**given: Any):
        return [c.id for c in (await customers.list_async(given)).data]

    assert await listed() == [two.id, one.id]
    assert (
        await listed(email="shopper@shop.test"),
        await listed(email="Shopper@shop.test"),
    ) == (
        [one.id],
        [two.id],
    )
    assert await listed(created={"gt": one.created}) == [two.id]
    assert await listed(created={"lte": one.created}) == [one.id]
    assert await listed(limit=1, starting_after=two.id) == [one.id]


async def test_customers_of_a_connected_account_are_its_own(platform):
    account = {"stripe_account": await platform.vendor()}
    there = await platform.v1.customers.create_async({"name": "There"}, account)
    assert (
        await refused(platform.v1.customers.retrieve_async(there.id))
    ).http_status == 404
    deleted, none = await asyncio.gather(
        platform.v1.customers.delete_async(there.id, options=account),
        platform.v1.customers.list_async(),
    )
    assert (deleted.deleted, none.data) == (True, [])
