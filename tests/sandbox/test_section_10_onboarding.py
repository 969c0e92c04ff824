"""stripe-facts 10: hosted onboarding, a form of several steps without JavaScript."""

import re

import pytest

from tests.sandbox.visitor import Visitor
from tests.support.standin_onboarding import (
    AGAIN,
    BACK,
    link,
    read,
    seller,
    visit,
    walk,
)


async def test_the_first_page_completes_everything_in_one_press(platform):
    account = (await seller(platform)).id
    visitor = await visit(platform, account)
    assert (visitor.status, visitor.step) == (200, "business")
    before = len(platform.kinds())
    await visitor.press("complete", name="Luxe")
    assert visitor.url == BACK

    done = await read(platform, account)
    assert (done.charges_enabled, done.payouts_enabled, done.details_submitted) == (
        True,
        True,
        True,
    )
    assert (done.requirements.currently_due, done.requirements.disabled_reason) == (
        [],
        None,
    )
    assert done.capabilities.to_dict() == {
        "card_payments": "active",
        "transfers": "active",
    }
    assert done.business_profile.name == "Luxe"
    assert platform.kinds(before).count("capability.updated") == 2
    last = platform.events("account.updated")[-1]
    assert (
        last["account"],
        last["data"]["previous_attributes"]["charges_enabled"],
    ) == (
        account,
        False,
    )


async def test_a_post_of_nothing_but_the_button_completes_too(platform):
    account = (await seller(platform)).id
    visitor = await visit(platform, account)
    action = re.search(r'action="(/hosted/onboarding/\w+)"', visitor.page)
    assert action
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (
        platform.sandbox.request("POST", action[1], "action=complete", form)[0] == 303
    )
    assert (await read(platform, account)).charges_enabled


async def test_the_steps_lead_to_an_account_that_works(platform):
    account = (await seller(platform)).id
    visitor = await walk(
        platform,
        account,
        business={
            "name": "Luxe",
            "url": "https://luxe.test",
            "business_type": "individual",
        },
    )
    assert visitor.url == BACK
    done = await read(platform, account)
    assert (done.charges_enabled, done.payouts_enabled, done.business_type) == (
        True,
        True,
        "individual",
    )
    assert (done.business_profile.url, done.requirements.eventually_due) == (
        "https://luxe.test",
        [],
    )
    assert done.external_accounts.data[0].last4 == "6789"
    assert done.tos_acceptance.date is not None


async def test_onboarding_is_told_step_by_step(platform):
    account = (await seller(platform)).id
    await walk(platform, account)
    kinds = [e["type"] for e in platform.events() if e.get("account") == account]
    assert kinds[0] == "account.application.authorized"
    first = [
        kinds.index(kind)
        for kind in (
            "person.created",
            "account.external_account.created",
            "capability.updated",
        )
    ]
    assert first == sorted(first)
    assert kinds.count("account.updated") >= 4
    assert kinds[-1] == "account.updated"
    changes = [
        e["data"]["previous_attributes"] for e in platform.events("account.updated")
    ]
    assert all("requirements" in change for change in changes)
    assert changes[-1]["details_submitted"] is False


@pytest.mark.parametrize(
    ("left_out", "due", "charges", "payouts"),
    [
        ("business", "business_profile.url", True, True),
        ("person", "representative.first_name", False, False),
        ("bank", "external_account", True, False),
    ],
)
async def test_a_step_that_is_left_out_is_owed_by_a_day(
    platform, left_out, due, charges, payouts
):
    account = (await seller(platform)).id
    await walk(platform, account, **{left_out: None})
    seen = await read(platform, account)
    assert seen.details_submitted
    assert due in seen.requirements.currently_due
    assert (
        seen.requirements.current_deadline > platform.control("GET", "state")["clock"]
    )
    assert (seen.charges_enabled, seen.payouts_enabled) == (charges, payouts)
    assert seen.requirements.past_due == (
        [] if charges else seen.requirements.currently_due
    )


async def test_what_was_left_out_stops_the_account_on_its_day_and_can_be_given_later(
    platform,
):
    account = (await seller(platform)).id
    await walk(platform, account, bank=None)
    platform.sandbox.advance(15 * 86400)
    late = await read(platform, account)
    assert (late.charges_enabled, late.payouts_enabled) == (False, False)
    assert (late.requirements.past_due, late.requirements.disabled_reason) == (
        ["external_account"],
        "requirements.past_due",
    )
    assert late.capabilities.transfers == "inactive"
    assert (
        platform.events("capability.updated")[-1]["data"]["previous_attributes"][
            "status"
        ]
        == "active"
    )

    await walk(platform, account)
    again = await read(platform, account)
    assert (
        again.charges_enabled,
        again.payouts_enabled,
        again.requirements.current_deadline,
    ) == (
        True,
        True,
        None,
    )


async def test_saving_for_later_keeps_what_was_typed(platform):
    account = (await seller(platform)).id
    visitor = await visit(platform, account)
    await visitor.press(
        "save", business_type="individual", name="Half done", url="not an address"
    )
    assert visitor.url == BACK
    seen = await read(platform, account)
    assert (seen.details_submitted, seen.business_type, seen.business_profile.name) == (
        False,
        "individual",
        "Half done",
    )
    assert "individual.first_name" in seen.requirements.currently_due
    assert "business_profile.url" in seen.requirements.currently_due
    assert (await visit(platform, account)).fields["name"] == "Half done"


async def test_mistakes_are_said_beside_their_fields_and_typing_is_kept(platform):
    visitor = await visit(platform, (await seller(platform)).id)
    await visitor.press(
        "continue", name="", url="luxe", mcc="1", tax_id="?", business_type="empire"
    )
    assert (visitor.status, visitor.step, visitor.fields["url"]) == (
        422,
        "business",
        "luxe",
    )
    assert set(visitor.errors()) == {"name", "url", "mcc", "tax_id", "business_type"}

    await visitor.press(
        "continue",
        name="Luxe",
        url="https://luxe.test",
        mcc="5651",
        tax_id="000000000",
        business_type="company",
    )
    await visitor.press(
        "continue",
        code="123-456",
        dob="soon",
        email="nobody",
        phone="-",
        first_name="",
        id_number="<b>",
    )
    assert set(visitor.errors()) == {
        "code",
        "dob",
        "email",
        "phone",
        "first_name",
        "id_number",
    }
    assert visitor.errors()["code"] == "That is not the code that was sent."
    assert visitor.fields["email"] == "nobody"

    await visitor.press(
        "continue",
        code="000-000",
        dob="1901-01-01",
        email="a@b.test",
        phone="123456",
        first_name="A",
        id_number="",
    )
    await visitor.press("continue", bank="my sock")
    assert visitor.errors() == {"bank": "Choose a bank account."}


async def test_hostile_text_stays_text(platform):
    account = (await seller(platform)).id
    visitor = await visit(platform, account)
    hostile = "<script>alert(1)</script>\x00\u202e\"'{{7*7}}"
    await visitor.press("continue", name=hostile, url="https://x.test/<b>")
    await visitor.open(f"{visitor.url.partition('?')[0]}?step=review")
    assert "<script>" not in visitor.page
    assert "{{7*7}}" in visitor.text
    await visitor.open(f"{visitor.url.partition('?')[0]}?step=<nonsense>")
    assert visitor.step == "business"
    await visitor.press("continue", step="nonsense", action="<b>")
    assert visitor.status == 200


async def test_going_back_shows_what_was_told(platform):
    visitor = await visit(platform, (await seller(platform)).id)
    start = visitor.url
    await visitor.press("continue", name="Luxe")
    assert visitor.step == "person"
    await visitor.open(start)
    assert (visitor.step, visitor.fields["name"]) == ("business", "Luxe")
    await visitor.press("continue", name="Luxe two")
    await visitor.press("continue")
    await visitor.press("continue")
    assert "Luxe two" in visitor.text


async def test_a_finished_form_leads_back_to_the_shop(platform):
    account = (await seller(platform)).id
    visitor = await visit(platform, account)
    form = visitor.url
    await visitor.press("complete")
    before = platform.kinds()
    assert (await visitor.open(form)).url == BACK
    assert platform.kinds() == before


@pytest.mark.parametrize("why", ["visited", "expired"])
async def test_a_link_works_once_and_not_for_long(platform, why):
    made = await link(platform, (await seller(platform)).id)
    assert made.expires_at - made.created == 300
    visitor = Visitor(platform.sandbox.base_url)
    if why == "visited":
        assert (await visitor.open(made.url)).status == 200
    else:
        platform.sandbox.advance(301)
    assert (await visitor.open(made.url)).url == AGAIN


async def test_a_form_expires_too(platform):
    visitor = await visit(platform, (await seller(platform)).id)
    platform.sandbox.advance(3601)
    assert (await visitor.press("continue")).url == AGAIN


async def test_tokens_of_one_kind_open_nothing_else(platform):
    account = (await seller(platform)).id
    visitor = await visit(platform, account)
    token = visitor.url.partition("?")[0].rpartition("/")[2]
    for path in ("express", "3ds"):
        assert platform.sandbox.request("GET", f"/hosted/{path}/{token}")[0] == 404
    used_up = (await link(platform, account)).url.rpartition("/")[2]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (
        platform.sandbox.request(
            "POST", f"/hosted/onboarding/{used_up}", "action=complete", form
        )[0]
        == 404
    )
    assert not (await read(platform, account)).details_submitted


async def test_the_pages_of_an_account_that_is_gone_say_so(platform):
    account = (await seller(platform)).id
    visitor = await visit(platform, account)
    await platform.v1.accounts.delete_async(account)
    assert (await visitor.open(visitor.url)).status == 404
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    path = visitor.url.removeprefix(platform.sandbox.base_url)
    assert platform.sandbox.request("POST", path, "action=complete", form)[0] == 404


async def test_a_document_that_is_asked_for_has_a_page_of_its_own(platform):
    account = await platform.vendor()
    due = "individual.verification.document"
    platform.control(
        "POST",
        f"accounts/{account}",
        {"requirements": {"currently_due": [due, "company.directors_provided"]}},
    )
    visitor = await visit(platform, account)
    for _ in range(3):
        await visitor.press("continue")
    assert visitor.step == "more"
    await visitor.press("continue", **{due: "nonsense"})
    assert visitor.errors() == {due: "Choose one of these."}
    await visitor.press(
        "continue",
        **{due: "file_identity_document_success", "company.directors_provided": "yes"},
    )
    assert visitor.step == "review"
    assert (await read(platform, account)).requirements.currently_due == []
    assert (await visitor.press("complete")).url == BACK


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({}, []),
        (
            {"collection_options": {"fields": "eventually_due"}},
            ["company.registration_date"],
        ),
        ({"collect": "eventually_due"}, ["company.registration_date"]),
        ({"collection_options": {"future_requirements": "include"}}, ["company.phone"]),
    ],
)
async def test_collection_options_decide_what_the_form_asks(platform, options, asked):
    account = await platform.vendor()
    platform.control(
        "POST",
        f"accounts/{account}",
        {
            "requirements": {"eventually_due": ["company.registration_date"]},
            "future_requirements": {
                "currently_due": ["company.phone"],
                "current_deadline": 1900000000,
            },
        },
    )
    visitor = await visit(platform, account, **options)
    for _ in range(3):
        await visitor.press("continue")
    extra = [name for name in visitor.fields if name.startswith("company.")]
    assert (visitor.step, extra) == ("more" if asked else "review", asked)
