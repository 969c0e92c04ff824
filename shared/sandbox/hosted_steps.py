"""The questions of hosted onboarding: for each step what is there, what an answer must look like,
what it changes.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass

from shared.sandbox import hosted_answers, hosted_business, hosted_person
from shared.sandbox.resources import kyc, onboarding, person_data
from shared.sandbox.store import Document
from shared.sandbox.wording import in_words
from shared.sandbox.world import Act

BANKS = {
    "000123456789": "Payouts arrive",
    "000111111116": "Payouts come back: there is no such account",
    "000111111113": "Payouts come back: the account is closed",
    "000222222227": "Payouts come back: insufficient funds",
    "000333333335": "Payouts come back: debits are not authorised",
    "000444444440": "Payouts come back: wrong currency",
    "000888888883": "Payouts arrive, but instant ones come back",
}
DOCUMENTS = {
    kyc.DOCUMENT_OK: "A good photo: it is accepted",
    kyc.DOCUMENT_BAD: "A bad photo: it is refused",
    "": "No photo for now",
}


@dataclass(frozen=True)
class Step:
    """One page of questions.

    `check` answers with what is wrong, by field; empty fields count only when `strict`.
    """

    key: str
    title: str
    values: Callable[[Act, Document], hosted_answers.Typed]
    check: Callable[[Document, hosted_answers.Typed, bool], hosted_answers.Typed]
    write: Callable[[Act, Document, hosted_answers.Typed], None]
    covers: Callable[[str], bool]  # the requirements that this page answers


def _bank_values(act: Act, doc: Document) -> hosted_answers.Typed:
    return {"bank": "keep" if doc.body["external_accounts"]["data"] else "000123456789"}


def _bank_check(
    doc: Document,
    typed: hosted_answers.Typed,
    strict: bool,
) -> hosted_answers.Typed:
    bank = typed.get("bank")
    keeps = bank == "keep" and doc.body["external_accounts"]["data"]
    known = keeps or bank in BANKS or not (strict or bank)
    return {} if known else {"bank": "Choose a bank account."}


def _bank_write(act: Act, doc: Document, typed: hosted_answers.Typed) -> None:
    if typed.get("bank") in BANKS:
        onboarding.bank(act, doc, typed["bank"])


def asked_for(
    doc: Document,
    *,
    eventually: bool,
    future: bool,
) -> list[str]:
    """What is asked for beyond the usual questions: documents, and whatever the control API
    demands.
    """
    needs, coming = doc.body["requirements"], doc.body["future_requirements"]
    names = [
        *needs["currently_due"],
        *(needs["eventually_due"] if eventually else []),
        *(coming["currently_due"] if future else []),
    ]
    names += [
        path
        for entry in needs["alternatives"]
        for path in entry.get("alternative_fields_due", [])
    ]
    return [
        name
        for name in dict.fromkeys(names)
        if not any(step.covers(name) for step in STEPS)
    ]


def more_values(doc: Document, names: list[str]) -> hosted_answers.Typed:
    """What those pages begin with: a good photo where one is due, nothing where one is only another
    way out.
    """
    ways = [
        path
        for entry in doc.body["requirements"]["alternatives"]
        for path in entry.get("alternative_fields_due", [])
    ]
    return {
        name: "" if name in ways or not is_document(name) else kyc.DOCUMENT_OK
        for name in names
    }


def more_check(names: list[str], typed: hosted_answers.Typed) -> hosted_answers.Typed:
    """Documents are chosen from a list; everything else is free text."""
    papers = [name for name in names if is_document(name)]
    return {
        name: "Choose one of these."
        for name in papers
        if typed.get(name, "") not in DOCUMENTS
    }


def more_write(
    act: Act,
    doc: Document,
    names: list[str],
    typed: hosted_answers.Typed,
) -> None:
    """A document goes to the representative; every answer ends the asking."""
    for name in names:
        if not typed.get(name):
            continue
        if is_document(name):
            paper = name.rpartition(".")[2]
            onboarding.speaker(
                act,
                doc,
                {"verification": {paper: {"front": typed[name]}}},
            )
        elif name.startswith("business_profile."):
            onboarding.business(
                act,
                doc,
                doc.body["business_type"] or "company",
                {name.partition(".")[2]: typed[name]},
                {},
            )
        onboarding.answer(act, doc, name)


def is_document(name: str) -> bool:
    """Whether a requirement asks for a file."""
    return name.endswith(
        (".verification.document", ".verification.additional_document")
    )


def errors_at(doc: Document) -> hosted_answers.Typed:
    """What verification found wrong, by the field of the form that mends it."""
    fields = {
        "line1": "line1",
        "id_number": "id_number",
        "ssn_last_4": "id_number",
        "tax_id": "tax_id",
    }
    found = {}
    for error in doc.body["requirements"]["errors"]:
        name = str(error.get("requirement", ""))
        _, _, tail = name.rpartition(".")
        if tail in fields:
            found[fields[tail]] = str(
                error.get("reason") or in_words(error["requirement"])
            )
    return found


STEPS: tuple[Step, ...] = (
    Step(
        "business",
        "Business",
        hosted_business.values,
        hosted_business.check,
        hosted_business.write,
        lambda name: (
            name
            in (
                "business_type",
                "business_profile.mcc",
                "business_profile.url",
                "company.name",
                "company.tax_id",
            )
            or name.startswith("tos_acceptance")
        ),
    ),
    Step(
        "person",
        "Person",
        hosted_person.values,
        hosted_person.check,
        hosted_person.write,
        hosted_person.covers,
    ),
    Step(
        "bank",
        "Bank",
        _bank_values,
        _bank_check,
        _bank_write,
        lambda name: name == "external_account",
    ),
)


def facts(
    act: Act,
    doc: Document,
    key: str,
) -> list[str]:
    """What the account knows of one page's questions, for the review."""
    if key == "business":
        profile, kind = doc.body["business_profile"], doc.body["business_type"]
        found = [
            profile["name"],
            hosted_business.KINDS.get(kind, kind),
            profile["url"],
        ]
    elif key == "person":
        person = person_data.representative(person_data.everyone(act, doc))
        if person is None:
            return []
        body, dob = person.body, person.body["dob"]
        name = " ".join(
            filter(
                None,
                (body["first_name"], body["last_name"]),
            )
        )
        born = (
            f"born {dob['day']} {calendar.month_name[dob['month'] or 0]} {dob['year']}"
            if dob["year"]
            else None
        )
        found = [name, born, body["email"], body["address"]["line1"]]
    else:
        found = [bank_on_file(doc)]
    return [text for text in found if text]


def bank_on_file(doc: Document) -> str | None:
    """The account that payouts go to now, in words."""
    found = doc.body["external_accounts"]["data"]
    return next(
        (
            f"{b.get('bank_name') or b.get('brand')} •••• {b['last4']}"
            for b in found
            if b.get("default_for_currency")
        ),
        None,
    )
