"""stripe-facts 9: payment methods are made, attached, used up, listed and detached."""

from tests.sandbox.shopper import customer, set_up, typed
from tests.support.standin_errors import refused
from tests.support.standin_saved import USED_UP, attached

GONE = (
    "This PaymentMethod was previously used without being attached to a Customer or was detached "
    "from a Customer"
)


async def test_a_template_makes_a_fresh_method_each_time(platform):
    who = await customer(platform)
    one, two = await attached(platform, who), await attached(platform, who)
    first, second = await platform.pay(), await platform.pay()
    ids = {one.id, two.id, first.payment_method, second.payment_method}
    assert len(ids) == 4
    assert all(
        made.startswith("pm_") and not made.startswith("pm_card") for made in ids
    )
    assert platform.control("GET", "state")["counts"]["payment_method"] == 4


async def test_attaching_ties_a_method_to_its_customer(platform):
    who = await customer(platform)
    _, made = await typed(platform)
    assert (made["customer"], made["card"]["checks"]["cvc_check"]) == (
        None,
        "unchecked",
    )
    before = len(platform.kinds())
    method = await attached(platform, who, made["id"])
    assert (method.id, method.customer, method.card.checks.cvc_check) == (
        made["id"],
        who.id,
        "pass",
    )
    assert (
        await attached(platform, who, method.id)
    ).customer == who.id  # again, which changes nothing
    assert platform.kinds(before) == ["payment_method.attached"]
    assert (
        platform.events("payment_method.attached")[0]["data"]["object"]["customer"]
        == who.id
    )


async def test_attaching_needs_a_customer(platform):
    method = (await typed(platform))[1]["id"]
    error = await refused(platform.v1.payment_methods.attach_async(method))
    assert (error.http_status, error.code) == (400, "parameter_missing")
    error = await refused(
        platform.v1.payment_methods.attach_async(method, {"customer": "cus_no"})
    )
    assert (error.http_status, error.code, error.param) == (
        400,
        "resource_missing",
        "customer",
    )
    who = await customer(platform)
    error = await refused(
        platform.v1.payment_methods.attach_async("pm_no", {"customer": who.id})
    )
    assert (error.http_status, error.user_message) == (
        404,
        "No such PaymentMethod: 'pm_no'",
    )


async def test_a_method_has_one_customer(platform):
    method = await attached(platform, await customer(platform))
    error = await refused(attached(platform, await customer(platform), method.id))
    assert (error.http_status, "already been attached" in error.user_message) == (
        400,
        True,
    )


async def test_an_attached_method_is_used_with_its_customer_alone(platform):
    who, other = await customer(platform), await customer(platform)
    method = await attached(platform, who)
    for act in (platform.pay, lambda named, **given: set_up(platform, named, **given)):
        error = await refused(act(method.id))
        assert (error.http_status, error.param) == (400, "payment_method")
        assert f"belongs to the Customer {who.id}" in error.user_message
        error = await refused(act(method.id, customer=other.id))
        assert (
            error.http_status,
            f"does not belong to the Customer you supplied {other.id}"
            in error.user_message,
        ) == (400, True)
        assert (await act(method.id, customer=who.id)).status == "succeeded"
        assert (await act(method.id, customer=who.id)).status == "succeeded"


async def test_a_later_change_of_customer_is_noticed(platform):
    who, other = await customer(platform), await customer(platform)
    method = await attached(platform, who)
    intent = await platform.intent(customer=who.id, payment_method=method.id)
    await platform.v1.payment_intents.update_async(intent.id, {"customer": other.id})
    error = await refused(
        platform.v1.payment_intents.confirm_async(
            intent.id, {"return_url": "https://shop.test"}
        )
    )
    assert "does not belong" in error.user_message


async def test_a_method_used_without_a_customer_is_used_up(platform):
    method = (await typed(platform))[1]["id"]
    await platform.pay(method)
    assert USED_UP in (await refused(platform.pay(method))).user_message
    assert USED_UP in (await refused(set_up(platform, method))).user_message
    assert (
        GONE
        in (
            await refused(attached(platform, await customer(platform), method))
        ).user_message
    )


async def test_a_method_used_up_elsewhere_is_refused_at_confirmation(platform):
    method = (await typed(platform))[1]["id"]
    waiting = await platform.intent(payment_method=method)
    await platform.pay(method)
    confirming = platform.v1.payment_intents.confirm_async(
        waiting.id, {"return_url": "https://shop.test"}
    )
    assert USED_UP in (await refused(confirming)).user_message


async def test_detaching_is_for_good(platform):
    who = await customer(platform)
    method = await attached(platform, who)
    before = len(platform.kinds())
    gone = await platform.v1.payment_methods.detach_async(method.id)
    assert (gone.customer, platform.kinds(before)) == (
        None,
        ["payment_method.detached"],
    )
    event = platform.events("payment_method.detached")[0]["data"]
    assert (event["object"]["customer"], event["previous_attributes"]) == (
        None,
        {"customer": who.id},
    )
    assert USED_UP in (await refused(platform.pay(method.id))).user_message
    assert GONE in (await refused(attached(platform, who, method.id))).user_message
    error = await refused(platform.v1.payment_methods.detach_async(method.id))
    assert (error.http_status, "detachment is impossible" in error.user_message) == (
        400,
        True,
    )
    assert (await platform.v1.payment_methods.retrieve_async(method.id)).id == method.id


async def test_declining_cards_are_refused_when_they_are_attached(platform):
    """localstripe 8: the raw card, an own id and the template alike; nothing is attached and
    nothing is told.
    """
    who = await customer(platform)
    raw = (await typed(platform, number="4000000000000002"))[1]["id"]
    own = await platform.v1.payment_methods.create_async(
        {"type": "card", "card": {"token": "tok_visa_chargeDeclined"}}
    )
    before = len(platform.kinds())
    for method in (raw, own.id, "pm_card_visa_chargeDeclined"):
        error = await refused(attached(platform, who, method))
        assert (error.http_status, error.code, error.error.decline_code) == (
            402,
            "card_declined",
            "generic_decline",
        )
    listed = await platform.v1.payment_methods.list_async({"customer": who.id})
    assert (listed.data, platform.kinds(before)) == ([], [])
    error = await refused(
        platform.v1.customers.create_async(
            {"payment_method": "pm_card_visa_chargeDeclined"}
        )
    )
    assert (error.http_status, error.code) == (402, "card_declined")


async def test_a_card_that_attaches_and_sets_up_and_never_pays(platform):
    """localstripe 10."""
    who = await customer(platform)
    method = await attached(platform, who, "pm_card_chargeCustomerFail")
    assert (await set_up(platform, method.id, customer=who.id)).status == "succeeded"
    error = await refused(platform.pay(method.id, customer=who.id))
    assert (error.http_status, error.code) == (402, "card_declined")
    assert (
        await platform.v1.payment_methods.retrieve_async(method.id)
    ).customer == who.id


async def test_listing_by_customer_and_type(platform):
    """localstripe 7: newest first, of one customer, of one type; also through the customer."""
    who, other = await customer(platform), await customer(platform)
    made = [
        (await attached(platform, who, name)).id
        for name in ("pm_card_visa", "pm_card_mastercard", "pm_card_amex")
    ]
    theirs = await attached(platform, other)
    methods = platform.v1.payment_methods
    listed = await methods.list_async({"customer": who.id, "type": "card"})
    assert ([m.id for m in listed.data], listed.url, listed.has_more) == (
        made[::-1],
        "/v1/payment_methods",
        False,
    )
    assert (
        await methods.list_async({"customer": who.id, "type": "sepa_debit"})
    ).data == []
    page = await methods.list_async(
        {
            "customer": who.id,
            "limit": 1,
            "starting_after": made[2],
        }
    )
    assert (
        [m.id for m in page.data],
        page.has_more,
    ) == ([made[1]], True)
    await methods.update_async(made[0], {"allow_redisplay": "always"})
    shown = await methods.list_async({"customer": who.id, "allow_redisplay": "always"})
    assert [m.id for m in shown.data] == [made[0]]
    await methods.detach_async(made[2])
    assert [m.id for m in (await methods.list_async({"customer": who.id})).data] == [
        made[1],
        made[0],
    ]
    assert (await methods.list_async()).data == []
    assert (
        await refused(methods.list_async({"customer": "cus_no"}))
    ).param == "customer"

    through = await platform.v1.customers.payment_methods.list_async(
        who.id, {"type": "card"}
    )
    assert ([m.id for m in through.data], through.url) == (
        [made[1], made[0]],
        f"/v1/customers/{who.id}/payment_methods",
    )
    one = await platform.v1.customers.payment_methods.retrieve_async(
        who.id, made[0], {"expand": ["customer"]}
    )
    assert one.customer.email == "shopper@shop.test"
    error = await refused(
        platform.v1.customers.payment_methods.retrieve_async(who.id, theirs.id)
    )
    assert (error.http_status, error.code) == (404, "resource_missing")
    assert (
        await refused(platform.v1.customers.payment_methods.list_async("cus_no"))
    ).http_status == 404


async def test_updating_tells_what_changed(platform):
    who = await customer(platform)
    method = await attached(platform, who)
    given = {
        "billing_details": {"name": "Ada"},
        "card": {"exp_month": 1},
        "metadata": {"a": "1"},
    }
    changed = await platform.v1.payment_methods.update_async(method.id, given)
    assert (
        changed.billing_details.name,
        changed.card.exp_month,
        changed.metadata.to_dict(),
    ) == (
        "Ada",
        1,
        {"a": "1"},
    )
    before = platform.events("payment_method.updated")[0]["data"]["previous_attributes"]
    assert before == {
        "billing_details": {"name": None},
        "card": {"exp_month": 12},
        "metadata": {"a": None},
    }


async def test_a_method_is_not_attached_while_it_is_made(platform):
    who = await customer(platform)
    given = {"type": "card", "card": {"token": "tok_visa"}}
    assert (await platform.v1.payment_methods.create_async(given)).card.last4 == "4242"
    error = await refused(
        platform.v1.payment_methods.create_async({**given, "customer": who.id})
    )
    assert (
        error.http_status,
        "during PaymentMethod creation" in error.user_message,
    ) == (400, True)
    bad = {"type": "card", "card": {"token": "pm_card_visa"}}
    assert (
        await refused(platform.v1.payment_methods.create_async(bad))
    ).user_message == "Invalid token id: pm_card_visa"


async def test_a_customers_method_is_shared_with_a_connected_account(platform):
    who, account = await customer(platform), await platform.vendor()
    method, there = await attached(platform, who), {"stripe_account": account}
    given = {"customer": who.id, "payment_method": method.id}
    shared = await platform.v1.payment_methods.create_async(given, there)
    assert (shared.customer, shared.card.fingerprint, shared.id == method.id) == (
        None,
        method.card.fingerprint,
        False,
    )
    error = await refused(
        platform.v1.payment_methods.create_async({"payment_method": method.id}, there)
    )
    assert "belongs to the Customer" in error.user_message
    assert (
        await refused(platform.v1.payment_methods.create_async(given))
    ).http_status == 400


async def test_off_session_without_confirmation_is_refused(platform):
    """localstripe 16."""
    error = await refused(platform.intent(off_session=True, confirm=False))
    assert (error.http_status, error.param) == (400, "off_session")


async def test_a_bad_card_on_an_intent(platform):
    """localstripe 15: 402 at creation and at a later confirmation; the failed charge stays, and no
    event says success.
    """
    await refused(platform.pay("pm_card_visa_chargeDeclined"))
    intent = await platform.intent(payment_method="pm_card_visa_chargeDeclined")
    error = await refused(
        platform.v1.payment_intents.confirm_async(
            intent.id, {"return_url": "https://shop.test"}
        )
    )
    assert (error.http_status, error.error.payment_intent.id) == (402, intent.id)
    charges = (await platform.v1.charges.list_async({"payment_intent": intent.id})).data
    assert [(c.status, c.paid) for c in charges] == [("failed", False)]
    once = ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    assert platform.kinds() == once + once
