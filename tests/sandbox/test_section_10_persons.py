"""stripe-facts 10: the people behind an account, and what of them the platform may see and
write.
"""

from typing import Any

import pytest

from tests.support.standin_accounts import EXPRESS
from tests.support.standin_errors import refused
from tests.support.standin_onboarding import link, seller
from tests.support.standin_persons import CUSTOM, WHOLE

KNOWN: dict[str, Any] = {
    **WHOLE,
    "dob": {"day": 1, "month": 1, "year": 1902},
    "id_number": "000000000",
}


async def company(platform):
    return (
        await platform.v1.accounts.create_async({**CUSTOM, "business_type": "company"})
    ).id


async def test_a_person_is_made_changed_and_deleted_with_an_event_each(platform):
    account, persons = await company(platform), platform.v1.accounts.persons
    made = await persons.create_async(
        account,
        {
            "first_name": "A",
            "relationship": {"owner": True, "percent_ownership": "40.5"},
            "metadata": {"k": "v"},
        },
    )
    assert (made.account, made.first_name, made.relationship.percent_ownership) == (
        account,
        "A",
        40.5,
    )
    assert (made.verification.status, made.metadata.k) == ("unverified", "v")
    changed = await persons.update_async(
        account,
        made.id,
        {
            "first_name": "B",
            "dob": {"day": 1, "month": 1, "year": 1902},
            "last_name": "C",
        },
    )
    assert (changed.dob.year, changed.verification.status) == (1902, "verified")
    assert (await persons.retrieve_async(account, made.id)).first_name == "B"
    gone = await persons.delete_async(account, made.id)
    assert gone.deleted
    assert (await refused(persons.retrieve_async(account, made.id))).http_status == 404

    told = [e for e in platform.events() if e["type"].startswith("person.")]
    assert [e["type"] for e in told] == [
        "person.created",
        "person.updated",
        "person.deleted",
    ]
    assert {e["account"] for e in told} == {account}
    assert told[1]["data"]["previous_attributes"]["first_name"] == "A"


async def test_numbers_are_never_shown(platform):
    account = await company(platform)
    made = await platform.v1.accounts.persons.create_async(
        account, {**KNOWN, "id_number": "598765432"}
    )
    assert (made.id_number_provided, made.ssn_last_4_provided) == (True, True)
    assert "598765432" not in str(platform.events())


async def test_a_person_says_what_it_owes(platform):
    account, persons = await company(platform), platform.v1.accounts.persons
    speaker = await persons.create_async(
        account, {"first_name": "A", "relationship": {"representative": True}}
    )
    assert {"address.line1", "dob.day", "last_name", "phone"} <= set(
        speaker.requirements.currently_due
    )
    assert "first_name" not in speaker.requirements.currently_due
    director = await persons.create_async(account, {"relationship": {"director": True}})
    assert director.requirements.currently_due == [
        "dob.day",
        "dob.month",
        "dob.year",
        "first_name",
        "last_name",
    ]
    wrong = await persons.update_async(
        account, speaker.id, {**KNOWN, "id_number": "111111111"}
    )
    assert [e.requirement for e in wrong.requirements.errors] == ["id_number"]
    assert wrong.verification.details_code == "failed_keyed_identity"


async def test_people_are_listed_by_what_they_are(platform):
    account, persons = await company(platform), platform.v1.accounts.persons
    made = {
        role: (await persons.create_async(account, {"relationship": {role: True}})).id
        for role in ("owner", "director", "executive", "representative")
    }
    assert [p.id for p in (await persons.list_async(account)).data] == list(
        made.values()
    )[::-1]
    for role, who in made.items():
        assert [
            p.id
            for p in (
                await persons.list_async(account, {"relationship": {role: True}})
            ).data
        ] == [who]
    page = await persons.list_async(
        account, {"limit": 1, "starting_after": made["executive"]}
    )
    assert (
        [p.id for p in page.data],
        page.has_more,
    ) == ([made["director"]], True)


async def test_there_is_one_representative_and_it_stays(platform):
    account, persons = await company(platform), platform.v1.accounts.persons
    speaker = await persons.create_async(
        account, {"relationship": {"representative": True}}
    )
    other = await persons.create_async(account, {})
    assert (
        await refused(
            persons.create_async(account, {"relationship": {"representative": True}})
        )
    ).http_status == 400
    assert (
        await refused(
            persons.update_async(
                account, other.id, {"relationship": {"representative": True}}
            )
        )
    ).param == "relationship[representative]"
    assert (await refused(persons.delete_async(account, speaker.id))).http_status == 400


async def test_the_only_verified_executive_stays(platform):
    account, persons = await company(platform), platform.v1.accounts.persons
    one, two = [
        await persons.create_async(
            account, {**KNOWN, "relationship": {"executive": True}}
        )
        for _ in range(2)
    ]
    await persons.delete_async(account, one.id)
    assert (await refused(persons.delete_async(account, two.id))).http_status == 400


@pytest.mark.parametrize(
    "dob",
    [
        {"day": 31, "month": 2, "year": 1990},
        {"day": 0, "month": 1, "year": 1990},
    ],
)
async def test_a_date_that_is_none_is_refused(platform, dob):
    account = await company(platform)
    assert (
        await refused(platform.v1.accounts.persons.create_async(account, {"dob": dob}))
    ).param == "dob"


async def test_a_person_of_another_account_is_missing(platform):
    one, two = await company(platform), await company(platform)
    person = await platform.v1.accounts.persons.create_async(one, {})
    error = await refused(platform.v1.accounts.persons.retrieve_async(two, person.id))
    assert (error.http_status, error.code) == (404, "resource_missing")


async def test_the_individual_is_a_person(platform):
    account = await platform.v1.accounts.create_async(
        {
            **CUSTOM,
            "individual": {
                "first_name": "Ada",
                "dob": {"day": 1, "month": 1, "year": 1901},
            },
        }
    )
    [person] = (await platform.v1.accounts.persons.list_async(account.id)).data
    assert (account.individual.id, account.individual.object, person.first_name) == (
        person.id,
        "person",
        "Ada",
    )
    assert person.relationship.representative


async def test_after_the_first_link_personal_data_is_out_of_reach(platform):
    account = await seller(
        platform, business_type="individual", individual=KNOWN, company={"name": "Luxe"}
    )
    assert (account.individual.dob.year, account.company.name) == (1902, "Luxe")
    await link(platform, account.id)

    seen = await platform.v1.accounts.retrieve_async(account.id)
    assert "individual" not in seen
    assert "company" not in seen
    person = await platform.v1.accounts.persons.retrieve_async(
        account.id, account.individual.id
    )
    assert (person.first_name, person.email, person.verification.status) == (
        "Test",
        "a@b.test",
        "verified",
    )
    assert (person.dob, person.address, person.phone) == (None, None, None)

    bank = {"external_account": "btok_us_verified"}
    for given in (
        {"individual": KNOWN},
        {"company": {"name": "X"}},
        {"business_type": "company"},
        bank,
    ):
        assert (
            await refused(platform.v1.accounts.update_async(account.id, given))
        ).http_status == 403
    assert (
        await refused(
            platform.v1.accounts.persons.create_async(account.id, {"first_name": "B"})
        )
    ).http_status == 403
    await platform.v1.accounts.update_async(
        account.id, {"business_profile": {"name": "Still mine"}, "email": "c@d.test"}
    )


async def test_a_session_closes_personal_data_too(platform):
    account = await seller(platform, business_type="company", company={"name": "Luxe"})
    await platform.v1.account_sessions.create_async(
        {"account": account.id, "components": {"payouts": {"enabled": True}}}
    )
    assert "company" not in await platform.v1.accounts.retrieve_async(account.id)


async def test_where_the_platform_collects_it_keeps_reading_and_writing(platform):
    account = await platform.v1.accounts.create_async(CUSTOM)
    await link(platform, account.id)
    seen = await platform.v1.accounts.update_async(
        account.id, {"individual": KNOWN, "company": {"name": "Luxe", "tax_id": "1234"}}
    )
    assert (
        seen.individual.dob.year,
        seen.company.name,
        seen.company.tax_id_provided,
    ) == (
        1902,
        "Luxe",
        True,
    )


async def test_terms_are_agreed_to_by_the_owner_where_stripe_collects(platform):
    terms = {"tos_acceptance": {"date": 1700000000, "ip": "127.0.0.1"}}
    error = await refused(platform.v1.accounts.create_async({**EXPRESS, **terms}))
    assert error.param == "tos_acceptance"
    recipient = await platform.v1.accounts.create_async(
        {**EXPRESS, "tos_acceptance": {"service_agreement": "recipient"}}
    )
    assert recipient.tos_acceptance.service_agreement == "recipient"


async def test_nobody_is_born_in_a_year_that_no_calendar_has(platform):
    account = await platform.vendor()
    dob = {"day": 1, "month": 1, "year": -999_999_999_999_999_999}
    error = await refused(
        platform.v1.accounts.persons.create_async(account, {"dob": dob})
    )
    assert (error.http_status, error.param) == (400, "dob")
