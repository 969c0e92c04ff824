"""Stripe's requirement keys in a shop owner's words. Pure. A key we do not know becomes a general sentence, never the raw code."""

from __future__ import annotations

from collections.abc import Iterable

GENERAL = "A few more details that Stripe asks you for"

_EXACT = {
    "external_account": "The bank account that you want to be paid to",
    "tos_acceptance.date": "Your agreement to Stripe's terms",
    "tos_acceptance.ip": "Your agreement to Stripe's terms",
    "business_profile.url": "Your website, or what you sell",
    "business_profile.mcc": "What kind of business you run",
    "business_profile.product_description": "What you sell, in a sentence",
    "business_profile.support_phone": "A phone number for your customers",
    "business_profile.support_email": "An email address for your customers",
    "business_type": "Whether you sell as a person, a company or a non-profit",
    "company.name": "The registered name of your business",
    "company.phone": "The phone number of your business",
    "company.tax_id": "The registration number of your business",
    "company.vat_id": "The VAT number of your business",
    "company.owners_provided": "Who owns the business",
    "company.directors_provided": "Who directs the business",
    "company.executives_provided": "Who runs the business",
    "company.verification.document": "A document that proves your business is registered",
    "email": "Your email address",
}
_PERSON = {
    "first_name": "name",
    "last_name": "name",
    "dob": "date of birth",
    "address": "home address",
    "email": "email address",
    "phone": "phone number",
    "id_number": "identification number",
    "ssn_last_4": "identification number",
    "nationality": "nationality",
    "political_exposure": "answer about public offices",
    "relationship": "role in the business",
    "registered_address": "registered address",
}
_WHO = {
    "individual": "Your",
    "person": "The responsible person's",
    "representative": "The representative's",
    "owners": "Each owner's",
    "directors": "Each director's",
    "executives": "Each executive's",
    "company": "The business's",
}


def in_words(key: str) -> str:
    """What Stripe asks for with this requirement key."""
    if key in _EXACT:
        return _EXACT[key]
    head, _, rest = key.partition(".")
    who = "The responsible person's" if head.startswith("person_") else _WHO.get(head)
    if who is None:
        return GENERAL
    field = rest.partition(".")[0]
    if field == "verification":
        whose = who[0].lower() + who[1:]
        about = "proof of address" if "additional_document" in rest else "passport or identity card"
        return f"A photo of {whose} {about}"
    if field in _PERSON:
        return f"{who} {_PERSON[field]}"
    return GENERAL


def as_sentences(keys: Iterable[str]) -> tuple[str, ...]:
    """The requirement keys in words, each thing once, in Stripe's order, the general sentence last."""
    words = list(dict.fromkeys(in_words(key) for key in keys))
    if GENERAL in words and len(words) > 1:
        words.remove(GENERAL)
        words.append(GENERAL)
    return tuple(words)
