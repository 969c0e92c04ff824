"""Requirements in plain words, for the people who open the hosted pages."""

from __future__ import annotations

_WORDS = {
    "address": "home address",
    "dob": "date of birth",
    "email": "email address",
    "first_name": "first name",
    "id_number": "ID number",
    "last_name": "last name",
    "phone": "phone number",
    "ssn_last_4": "last digits of the ID number",
    "verification.additional_document": "proof of address",
    "verification.document": "identity document",
}
_WHOLE = {
    "company.directors_provided": "Confirmation that every director is named",
    "company.executives_provided": "Confirmation that every executive is named",
    "company.owners_provided": "Confirmation that every owner is named",
    "business_profile.mcc": "What you sell",
    "business_profile.url": "Website",
    "business_type": "Kind of business",
    "company.name": "Business name",
    "company.tax_id": "Business ID number",
    "external_account": "Bank account",
    "tos_acceptance.date": "Agreement to the terms",
    "tos_acceptance.ip": "Agreement to the terms",
}
_COUNTRIES = {
    "AE": "United Arab Emirates",
    "AT": "Austria",
    "AU": "Australia",
    "BE": "Belgium",
    "BG": "Bulgaria",
    "BR": "Brazil",
    "CA": "Canada",
    "CH": "Switzerland",
    "CY": "Cyprus",
    "CZ": "Czechia",
    "DE": "Germany",
    "DK": "Denmark",
    "EE": "Estonia",
    "ES": "Spain",
    "FI": "Finland",
    "FR": "France",
    "GB": "United Kingdom",
    "GI": "Gibraltar",
    "GR": "Greece",
    "HK": "Hong Kong",
    "HR": "Croatia",
    "HU": "Hungary",
    "IE": "Ireland",
    "IN": "India",
    "IT": "Italy",
    "JP": "Japan",
    "LI": "Liechtenstein",
    "LT": "Lithuania",
    "LU": "Luxembourg",
    "LV": "Latvia",
    "MT": "Malta",
    "MX": "Mexico",
    "MY": "Malaysia",
    "NL": "Netherlands",
    "NO": "Norway",
    "NZ": "New Zealand",
    "PL": "Poland",
    "PT": "Portugal",
    "RO": "Romania",
    "SE": "Sweden",
    "SG": "Singapore",
    "SI": "Slovenia",
    "SK": "Slovakia",
    "TH": "Thailand",
    "US": "United States",
}


def country(code: str) -> str:
    """A country's name, or its code when there is none here."""
    return _COUNTRIES.get(code, code)


def in_words(name: str) -> str:
    """What a requirement asks for."""
    if name in _WHOLE:
        return _WHOLE[name]
    head, _, field = name.partition(".")
    if head in ("individual", "representative") or head.startswith("person_"):
        topic, _, _ = field.partition(".")
        known = _WORDS.get(field) or _WORDS.get(topic)
        words = (known or _spaced(field)).capitalize()
        return words.replace("Id number", "ID number")
    return _spaced(name).capitalize()


def _spaced(name: str) -> str:
    return name.replace(".", " ").replace("_", " ")


def listed(names: list[str]) -> list[str]:
    """Several requirements in words, each thing once."""
    return list(dict.fromkeys(in_words(name) for name in names))
