"""Requirements in plain words, for the people who open the hosted pages."""

from __future__ import annotations

_WORDS = {
    "address": "home address", "dob": "date of birth", "email": "email address", "first_name": "first name",
    "id_number": "ID number", "last_name": "last name", "phone": "phone number", "ssn_last_4": "last digits of the ID number",
    "verification.additional_document": "proof of address", "verification.document": "identity document",
}  # fmt: skip
_WHOLE = {
    "business_profile.mcc": "What you sell", "business_profile.url": "Website", "business_type": "Kind of business",
    "company.name": "Business name", "company.tax_id": "Business ID number", "external_account": "Bank account",
    "tos_acceptance.date": "Agreement to the terms", "tos_acceptance.ip": "Agreement to the terms",
}  # fmt: skip


def in_words(name: str) -> str:
    """What a requirement asks for."""
    if name in _WHOLE:
        return _WHOLE[name]
    head, _, field = name.partition(".")
    if head in ("individual", "representative") or head.startswith("person_"):
        known = _WORDS.get(field) or _WORDS.get(field.partition(".")[0])
        return (known or field.replace(".", " ").replace("_", " ")).capitalize().replace("Id number", "ID number")
    return name.replace(".", " ").replace("_", " ").capitalize()


def listed(names: list[str]) -> list[str]:
    """Several requirements in words, each thing once."""
    return list(dict.fromkeys(in_words(name) for name in names))
