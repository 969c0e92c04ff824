"""The questions of hosted onboarding about the person who speaks for the business."""

from __future__ import annotations

import datetime
import re

from shared.sandbox import hosted_answers
from shared.sandbox.resources import kyc, onboarding, person_data
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

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


def values(act: Act, doc: Document) -> hosted_answers.Typed:
    person = person_data.representative(person_data.everyone(act, doc))
    known = person.body if person else {}
    sample, address = onboarding.PERSON, known.get("address") or {}
    secret = person.hidden["secret"] if person else {}
    dob = known.get("dob") or {}
    email = known.get("email") or doc.body["email"]
    return {
        "first_name": known.get("first_name") or sample["first_name"],
        "last_name": known.get("last_name") or sample["last_name"],
        "dob": f"{dob['year']:04}-{dob['month']:02}-{dob['day']:02}"
        if dob.get("year")
        else "1902-01-01",
        "id_number": secret.get("id_number") or onboarding.NUMBER,
        "email": email or sample["email"],
        "phone": known.get("phone") or sample["phone"],
        "code": kyc.PHONE_CODE,
        **{
            name: address.get(name) or sample["address"][name]
            for name in ("line1", "city", "postal_code")
        },
    }


_WANTS = {
    "first_name": "Enter the first name.",
    "last_name": "Enter the last name.",
    "dob": "Choose the date of birth.",
    "email": "Enter the email address.",
    "phone": "Enter the phone number.",
    "line1": "Enter street and number.",
    "city": "Enter the town.",
    "postal_code": "Enter the postal code.",
}


def check(
    doc: Document,
    typed: hosted_answers.Typed,
    strict: bool,
) -> hosted_answers.Typed:
    wrong: hosted_answers.Typed = {}
    if strict:
        missing = [name for name in _WANTS if not typed.get(name)]
        wrong = {name: _WANTS[name] for name in missing}
    if typed.get("dob") and not _date(typed["dob"]):
        wrong["dob"] = "Choose one of these dates."
    if typed.get("email") and not re.fullmatch(
        r"[^@\s]+@[^@\s]+\.[^@\s]+", typed["email"]
    ):
        wrong["email"] = "An email address looks like name@shop.example."
    phone = typed.get("phone")
    if phone and not re.fullmatch(r"\+?[\d ()\-]{6,20}", phone):
        wrong["phone"] = "A phone number has 6 to 20 digits."
    if (strict or typed.get("phone")) and re.sub(
        r"\D", "", typed.get("code", "")
    ) != "000000":
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
    today = datetime.datetime.now(datetime.UTC)
    return day if 1900 <= day.year <= today.year else None


def write(act: Act, doc: Document, typed: hosted_answers.Typed) -> None:
    names = ("first_name", "last_name", "email", "phone", "id_number")
    given: Json = hosted_answers.given(typed, *names)
    address = hosted_answers.given(typed, "line1", "city", "postal_code")
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


def covers(name: str) -> bool:
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
