"""The questions of hosted onboarding: for each step what is there, what an answer must look like,
what it changes.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass

from shared.sandbox.resources import kyc, onboarding, people
from shared.sandbox.store import Document, Json
from shared.sandbox.wording import in_words
from shared.sandbox.world import Act

Typed = dict[str, str]

KINDS = {
    "company": "Company",
    "individual": "One person, without a company",
    "non_profit": "Non-profit organisation",
}
GOODS = {
    "5399": "Goods of many kinds",
    "5411": "Food",
    "5651": "Clothes",
    "5734": "Software and computers",
    "5942": "Books",
    "5945": "Toys and crafts",
    "7299": "Services",
}
# Short enough for a phone's list; what follows from a choice stands below the field.
BIRTHS = {
    "1902-01-01": "1 January 1902: passes at once",
    "1901-01-01": "1 January 1901: passes later",
    "1900-01-01": "1 January 1900: is stopped",
}
NUMBERS = {
    "000000000": "000000000: matches",
    "222222222": "222222222: matches at once",
    "111111111": "111111111: does not match",
    "": "No number",
}
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
_LONGEST = 200


@dataclass(frozen=True)
class Step:
    """One page of questions.

    `check` answers with what is wrong, by field; empty fields count only when `strict`.
    """

    key: str
    title: str
    values: Callable[[Act, Document], Typed]
    check: Callable[[Document, Typed, bool], Typed]
    write: Callable[[Act, Document, Typed], None]
    covers: Callable[[str], bool]  # the requirements that this page answers


def clean(form: Typed) -> Typed:
    """What was typed, without what no field of ours can mean."""
    return {
        name: "".join(c for c in text if c.isprintable()).strip()[:_LONGEST]
        for name, text in form.items()
    }


def _business_values(act: Act, doc: Document) -> Typed:
    profile, company = doc.body["business_profile"], doc.hidden.get("company", {})
    return {
        "business_type": doc.body["business_type"] or "company",
        "name": company.get("name") or profile["name"] or onboarding.NAME,
        "url": profile["url"] or onboarding.BUSINESS["url"],
        "mcc": profile["mcc"] or onboarding.BUSINESS["mcc"],
        "product_description": profile["product_description"] or "",
        "tax_id": company.get("tax_id") or onboarding.NUMBER,
    }


def _business_check(doc: Document, typed: Typed, strict: bool) -> Typed:
    wrong: Typed = {}
    if typed.get("business_type", "company") not in KINDS:
        wrong["business_type"] = "Choose what kind of business it is."
    if strict and not typed.get("name"):
        wrong["name"] = "Enter the name of the business."
    if strict and not typed.get("url"):
        wrong["url"] = "Enter the address of the website."
    elif typed.get("url") and not re.fullmatch(r"https?://[^\s/.]+\.[^\s]+", typed["url"]):
        wrong["url"] = "Enter the whole address, such as https://shop.example."
    if typed.get("mcc", "5734") not in {
        *GOODS,
        doc.body["business_profile"]["mcc"],
    }:
        wrong["mcc"] = "Choose what is sold."
    if strict and typed.get("business_type") != "individual" and not typed.get("tax_id"):
        wrong["tax_id"] = "Enter the business ID number; 000000000 passes."
    elif typed.get("tax_id") and not re.fullmatch(r"[A-Za-z0-9 .\-]{4,20}", typed["tax_id"]):
        wrong["tax_id"] = "A business ID number has 4 to 20 letters and digits."
    return wrong


def _business_write(act: Act, doc: Document, typed: Typed) -> None:
    profile = {
        name: typed[name]
        for name in ("name", "url", "mcc", "product_description")
        if typed.get(name)
    }
    company = {name: typed[name] for name in ("name", "tax_id") if typed.get(name)}
    kind = typed.get("business_type") or doc.body["business_type"] or "company"
    onboarding.business(act, doc, kind, profile, company)


def _person_values(act: Act, doc: Document) -> Typed:
    person = people.representative(people.everyone(act, doc))
    known = person.body if person else {}
    sample, address = onboarding.PERSON, known.get("address") or {}
    secret = person.hidden["secret"] if person else {}
    dob = known.get("dob") or {}
    return {
        "first_name": known.get("first_name") or sample["first_name"],
        "last_name": known.get("last_name") or sample["last_name"],
        "dob": f"{dob['year']:04}-{dob['month']:02}-{dob['day']:02}"
        if dob.get("year")
        else "1902-01-01",
        "id_number": secret.get("id_number") or onboarding.NUMBER,
        "email": known.get("email") or doc.body["email"] or sample["email"],
        "phone": known.get("phone") or sample["phone"],
        "code": kyc.PHONE_CODE,
        **{
            name: address.get(name) or sample["address"][name]
            for name in ("line1", "city", "postal_code")
        },
    }


_PERSON_WANTS = {
    "first_name": "Enter the first name.",
    "last_name": "Enter the last name.",
    "dob": "Choose the date of birth.",
    "email": "Enter the email address.",
    "phone": "Enter the phone number.",
    "line1": "Enter street and number.",
    "city": "Enter the town.",
    "postal_code": "Enter the postal code.",
}


def _person_check(doc: Document, typed: Typed, strict: bool) -> Typed:
    wrong = {name: text for name, text in _PERSON_WANTS.items() if strict and not typed.get(name)}
    if typed.get("dob") and not _date(typed["dob"]):
        wrong["dob"] = "Choose one of these dates."
    if typed.get("email") and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", typed["email"]):
        wrong["email"] = "An email address looks like name@shop.example."
    if typed.get("phone") and not re.fullmatch(r"\+?[\d ()\-]{6,20}", typed["phone"]):
        wrong["phone"] = "A phone number has 6 to 20 digits."
    if (strict or typed.get("phone")) and re.sub(r"\D", "", typed.get("code", "")) != "000000":
        wrong["code"] = "That is not the code that was sent."
    if not re.fullmatch(r"[A-Za-z0-9\-]{0,20}", typed.get("id_number", "")):
        wrong["id_number"] = "Choose one of these numbers."
    if strict and doc.body["country"] == "US" and not typed.get("id_number"):
        wrong["id_number"] = "In the United States a number is needed."
    return wrong


def _date(text: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= datetime.datetime.now(datetime.UTC).year else None


def _person_write(act: Act, doc: Document, typed: Typed) -> None:
    names = ("first_name", "last_name", "email", "phone", "id_number")
    given: Json = {name: typed[name] for name in names if typed.get(name)}
    address = {name: typed[name] for name in ("line1", "city", "postal_code") if typed.get(name)}
    if address:
        given["address"] = {**address, "country": doc.body["country"]}
    if day := _date(typed.get("dob", "")):
        given["dob"] = {
            "day": day.day,
            "month": day.month,
            "year": day.year,
        }
    if given:
        onboarding.speaker(act, doc, given)


def _bank_values(act: Act, doc: Document) -> Typed:
    return {"bank": "keep" if doc.body["external_accounts"]["data"] else "000123456789"}


def _bank_check(doc: Document, typed: Typed, strict: bool) -> Typed:
    keeps = typed.get("bank") == "keep" and doc.body["external_accounts"]["data"]
    known = keeps or typed.get("bank") in BANKS or not (strict or typed.get("bank"))
    return {} if known else {"bank": "Choose a bank account."}


def _bank_write(act: Act, doc: Document, typed: Typed) -> None:
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
        path for entry in needs["alternatives"] for path in entry.get("alternative_fields_due", [])
    ]
    return [name for name in dict.fromkeys(names) if not any(step.covers(name) for step in STEPS)]


def more_values(doc: Document, names: list[str]) -> Typed:
    """What those pages begin with: a good photo where one is due, nothing where one is only another
    way out.
    """
    ways = [
        path
        for entry in doc.body["requirements"]["alternatives"]
        for path in entry.get("alternative_fields_due", [])
    ]
    return {
        name: "" if name in ways or not is_document(name) else kyc.DOCUMENT_OK for name in names
    }


def more_check(names: list[str], typed: Typed) -> Typed:
    """Documents are chosen from a list; everything else is free text."""
    papers = [name for name in names if is_document(name)]
    return {name: "Choose one of these." for name in papers if typed.get(name, "") not in DOCUMENTS}


def more_write(
    act: Act,
    doc: Document,
    names: list[str],
    typed: Typed,
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
    return name.endswith((".verification.document", ".verification.additional_document"))


def errors_at(doc: Document) -> Typed:
    """What verification found wrong, by the field of the form that mends it."""
    fields = {
        "line1": "line1",
        "id_number": "id_number",
        "ssn_last_4": "id_number",
        "tax_id": "tax_id",
    }
    found = {}
    for error in doc.body["requirements"]["errors"]:
        tail = str(error.get("requirement", "")).rpartition(".")[2]
        if tail in fields:
            found[fields[tail]] = str(error.get("reason") or in_words(error["requirement"]))
    return found


def _of_person(name: str) -> bool:
    head, _, field = name.partition(".")
    known = (
        "address",
        "dob",
        "email",
        "first_name",
        "id_number",
        "last_name",
        "phone",
        "ssn_last_4",
    )
    return (
        head in ("individual", "representative") or head.startswith("person_")
    ) and field.partition(".")[0] in known


STEPS: tuple[Step, ...] = (
    Step(
        "business",
        "Business",
        _business_values,
        _business_check,
        _business_write,
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
    Step("person", "Person", _person_values, _person_check, _person_write, _of_person),
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
            KINDS.get(kind, kind),
            profile["url"],
        ]
    elif key == "person":
        person = people.representative(people.everyone(act, doc))
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
