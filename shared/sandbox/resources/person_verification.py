"""How a person is verified: what is looked at, when, and with which result (stripe-facts 7)."""

from __future__ import annotations

from shared.sandbox.resources import kyc, person_requirements
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act


def in_question(person: Document) -> list[str]:
    """What a verification that still runs is looking at."""
    if person.body["verification"]["status"] != "pending":
        return []
    numbers = [
        name
        for name in ("id_number", "verification.document")
        if person_requirements.tells(person, name)
    ]
    return ["dob.day", "dob.month", "dob.year", *numbers]


def facts(person: Document) -> Json:
    """What a verification looks at."""
    dob, secret = person.body["dob"], person.hidden["secret"]
    born = (
        f"{dob['year']:04}-{dob['month']:02}-{dob['day']:02}" if dob["year"] else None
    )
    return {
        "dob": born,
        "id_number": secret.get("id_number"),
        "ssn_last_4": secret.get("ssn_last_4"),
        "line1": person.body["address"]["line1"],
        "name": f"{person.body['first_name']} {person.body['last_name']}",
        "document": person.body["verification"]["document"]["front"],
    }


def examine(act: Act, account: Document, person: Document) -> None:
    """Begin to verify a person who has told a name and a date of birth; some values are clear at
    once (stripe-facts 7).
    """
    if not all(
        person_requirements.tells(person, field) for field in person_requirements.SHORT
    ):
        return
    told = facts(person)
    if told == person.hidden["checked"]:
        return
    person.hidden["checked"] = told
    if kyc.judge(told).at_once:
        conclude(person)
        return
    person.hidden["findings"] = []
    person.body["verification"].update(
        status="pending",
        details=None,
        details_code=None,
    )
    act.store.schedule(
        act.world.clock.now() + kyc.MOMENT,
        "verify",
        act.platform,
        f"{account.id}:{person.id}",
    )


def conclude(person: Document) -> None:
    """The verification is over: verified, or not and why."""
    verdict = kyc.judge(facts(person))
    person.hidden.update(
        listed=verdict.listed,
        checked=facts(person),
        findings=[
            [
                f.field,
                f.code,
                f.reason,
            ]
            for f in verdict.findings
        ],
    )
    bad = next(
        (f for f in verdict.findings if f.field != "verification.document"),
        None,
    )
    paper = next(
        (f for f in verdict.findings if f.field == "verification.document"),
        None,
    )
    check = person.body["verification"]
    check.update(
        status="unverified" if verdict.listed or verdict.findings else "verified",
        details=bad.reason if bad else None,
        details_code=bad.details_code if bad else None,
    )
    check["document"].update(
        details=paper.reason if paper else None,
        details_code=paper.details_code if paper else None,
    )
