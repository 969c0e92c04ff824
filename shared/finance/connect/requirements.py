"""Stripe's requirement keys in a shop owner's words: what it is, what to do, what stops without it.

Pure.

A key we do not know becomes a general sentence, never the raw code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ALL_STOPS = "Without it Stripe stops your payouts, and may stop shoppers from paying you."
PAYOUTS_STOP = "Without it nothing is paid out to you."

_TELL = "Enter it on Stripe's page."
_CHECK = "Enter it, or check it, on Stripe's page."
_UPLOAD = "Upload a clear colour photo or scan of it on Stripe's page."
_AGREE = "Read and accept it on Stripe's page."
_ANSWER = "Answer the question on Stripe's page."
_CHOOSE = "Choose what fits on Stripe's page."


@dataclass(frozen=True)
class Requirement:
    """One thing that Stripe asks for.

    `what` reads well on its own and, begun small, after "Stripe needs".
    """

    what: str
    todo: str = _TELL
    stops: str = ALL_STOPS

    @property
    def needs(self) -> str:
        """It as part of a sentence: "Stripe needs {this} by 3 December"."""
        return self.what[0].lower() + self.what[1:]


GENERAL = Requirement("A few more details", "Stripe's page shows which.")
BANK = Requirement(
    "The bank account that you want to be paid to",
    "Enter its number, the IBAN, on Stripe's page.",
    PAYOUTS_STOP,
)
_TERMS = Requirement("Your agreement to Stripe's terms", "Read and accept them on Stripe's page.")
_REVENUE = Requirement(
    "How much your business sells in a year", "An estimate on Stripe's page is enough."
)
_OWNERSHIP = "A document that shows who owns your business in the end"

# Whole keys, and the beginnings of keys: the longest beginning that fits decides.
_KEYS: dict[str, Requirement] = {
    "external_account": BANK,
    "bank_account": BANK,
    "tos_acceptance": _TERMS,
    "relationship": Requirement("Who speaks for your business", _ANSWER),
    "business_type": Requirement(
        "Whether you sell as a person, a company or a non-profit", _CHOOSE
    ),
    "email": Requirement("Your email address"),
    "country": Requirement("The country of your business", _CHOOSE),
    "business_profile": Requirement("A few details about your business", _ANSWER),
    "business_profile.annual_revenue": _REVENUE,
    "business_profile.monthly_estimated_revenue": Requirement(
        "How much your business sells in a month", "An estimate on Stripe's page is enough."
    ),
    "business_profile.estimated_worker_count": Requirement(
        "How many people work in your business", _ANSWER
    ),
    "business_profile.mcc": Requirement(
        "What kind of business you run", "Choose the kind that fits on Stripe's page."
    ),
    "business_profile.minority_owned_business_designation": Requirement(
        "Who owns your business", _ANSWER
    ),
    "business_profile.name": Requirement("The name that your customers know your business by"),
    "business_profile.product_description": Requirement(
        "What you sell, in a sentence", "Write it on Stripe's page."
    ),
    "business_profile.specified_commercial_transactions_act_url": Requirement(
        "The web page with the disclosures that Japanese law asks for",
        "Enter its address on Stripe's page.",
    ),
    "business_profile.support_address": Requirement("An address for your customers"),
    "business_profile.support_email": Requirement("An email address for your customers"),
    "business_profile.support_phone": Requirement("A phone number for your customers"),
    "business_profile.support_url": Requirement(
        "A help page for your customers", "Enter its address on Stripe's page."
    ),
    "business_profile.url": Requirement(
        "Your website, or what you sell", "Enter the address; the one of your shop here will do."
    ),
    "company": Requirement("A few details about your company", _ANSWER),
    "company.address": Requirement("The address of your business"),
    "company.administrative_address": Requirement(
        "The address that your business is administered from"
    ),
    "company.physical_address": Requirement("The address that your business works from"),
    "company.principal_place_of_business": Requirement(
        "The address that your business mainly works from"
    ),
    "company.directors_provided": Requirement(
        "Who directs your business", "Add each director on Stripe's page."
    ),
    "company.executives_provided": Requirement(
        "Who runs your business", "Add each manager on Stripe's page."
    ),
    "company.owners_provided": Requirement(
        "Who owns your business", "Add everyone who owns a quarter or more on Stripe's page."
    ),
    "company.directorship_declaration": Requirement(
        "Your word that the list of directors is right", _AGREE
    ),
    "company.ownership_declaration": Requirement(
        "Your word that the list of owners is right", _AGREE
    ),
    "company.representative_declaration": Requirement(
        "Your word that you may speak for your business", _AGREE
    ),
    "company.ownership_exemption_reason": Requirement(
        "Why your business need not name its owners", _CHOOSE
    ),
    "company.export_license_id": Requirement("The export licence number of your business"),
    "company.export_purpose_code": Requirement("The purpose code of your exports", _CHOOSE),
    "company.name": Requirement(
        "The registered name of your business", "Enter it just as the register has it."
    ),
    "company.phone": Requirement("The phone number of your business"),
    "company.registration_date": Requirement("The date on which your business was registered"),
    "company.registration_number": Requirement("The register number of your business"),
    "company.structure": Requirement("The legal form of your business", _CHOOSE),
    "company.tax_id": Requirement(
        "The registration number of your business", "Enter it just as the register has it."
    ),
    "company.tax_id_registrar": Requirement("The register that your business is in", _CHOOSE),
    "company.vat_id": Requirement("The VAT number of your business"),
    "company.verification": Requirement(
        "A document that proves your business is registered", _UPLOAD
    ),
    "documents": Requirement("A document about your business", _UPLOAD),
    "documents.bank_account_ownership_verification": Requirement(
        "A document that shows that the bank account is yours",
        "Upload a bank statement or a letter from your bank on Stripe's page.",
        PAYOUTS_STOP,
    ),
    "documents.company_license": Requirement("The licence of your business", _UPLOAD),
    "documents.company_memorandum_of_association": Requirement(
        "The articles of association of your business", _UPLOAD
    ),
    "documents.company_ministerial_decree": Requirement(
        "The decree that your organisation is founded on", _UPLOAD
    ),
    "documents.company_registration_verification": Requirement(
        "An extract from the company register", _UPLOAD
    ),
    "documents.company_tax_id_verification": Requirement(
        "A document that shows the tax number of your business", _UPLOAD
    ),
    "documents.proof_of_address": Requirement(
        "A document that shows the address of your business",
        "Upload a bill or a bank statement on Stripe's page.",
    ),
    "documents.proof_of_business_presence": Requirement(
        "A document that shows that your business is at work", _UPLOAD
    ),
    "documents.proof_of_registration": Requirement("An extract from the company register", _UPLOAD),
    "documents.proof_of_ultimate_beneficial_ownership": Requirement(_OWNERSHIP, _UPLOAD),
    "settings": Requirement("A few settings of your Stripe account", _CHECK),
    "settings.branding": Requirement("The logo and colours of your Stripe account", _CHOOSE),
    "settings.card_payments": Requirement("What stands on your customers' card statements", _CHECK),
    "settings.payments": Requirement("What stands on your customers' card statements", _CHECK),
    "settings.payouts": Requirement("How you want to be paid out", _CHECK, PAYOUTS_STOP),
}
# What may be asked of a person, by the part of the key after who it is: said after "Your", "Each
# owner's" and so on.
_PERSON: dict[str, tuple[str, str]] = {
    "first_name": ("name", "Enter it just as the passport or identity card has it."),
    "last_name": ("name", "Enter it just as the passport or identity card has it."),
    "full_name_aliases": (
        "other names",
        "Enter names used before, or elsewhere, on Stripe's page.",
    ),
    "maiden_name": ("name at birth", _TELL),
    "dob": ("date of birth", _TELL),
    "gender": ("gender, as official papers have it", _CHOOSE),
    "address": ("home address", _TELL),
    "registered_address": ("registered address", _TELL),
    "email": ("email address", _TELL),
    "phone": ("phone number", _TELL),
    "id_number": (
        "identification number",
        "Enter the personal, tax or insurance number that Stripe's page asks for.",
    ),
    "id_number_secondary": ("second identification number", _TELL),
    "ssn_last_4": ("identification number", "Enter its last four digits on Stripe's page."),
    "nationality": ("nationality", _CHOOSE),
    "political_exposure": ("answer about public offices", _ANSWER),
    "relationship": ("role in the business", _CHOOSE),
    "us_cfpb_data": ("answers about origin", "Answer on Stripe's page; you may also decline to."),
}
_PAPERS: dict[str, tuple[str, str]] = {
    "additional_document": (
        "proof of address",
        "Upload a bill or a bank statement of the last months.",
    ),
    "document": ("passport or identity card", _UPLOAD),
    "proof_of_liveness": ("face", "Take it with your phone: Stripe's page says how."),
    "passport": ("passport", _UPLOAD),
    "visa": ("visa", _UPLOAD),
    "company_authorization": ("authority to act for the business", _UPLOAD),
}
_WHO = {
    "individual": "Your",
    "person": "The responsible person's",
    "representative": "The representative's",
    "authorizer": "The authorising person's",
    "legal_guardian": "The legal guardian's",
    "owners": "Each owner's",
    "directors": "Each director's",
    "executives": "Each manager's",
}
_QUESTION = Requirement(
    "An answer to a question about your account", "Stripe's page shows the question and a form."
)


def requirement(key: str) -> Requirement:
    """What Stripe asks for with this requirement key."""
    head, _, rest = key.partition(".")
    if head.startswith(("interv_", "intervention")):
        return _QUESTION
    who = "The responsible person's" if head.startswith("person_") else _WHO.get(head)
    return _of_person(who, rest) if who else _of_business(key)


def is_known(key: str) -> bool:
    """Whether we have words of its own for this key."""
    return requirement(key) is not GENERAL


def _of_business(key: str) -> Requirement:
    parts = [re.sub(r"_(kana|kanji)$", "", part) for part in key.split(".")]
    for length in range(len(parts), 0, -1):
        if found := _KEYS.get(".".join(parts[:length])):
            return found
    return GENERAL


def _of_person(who: str, rest: str) -> Requirement:
    field, _, paper = rest.partition(".")
    field = re.sub(r"_(kana|kanji)$", "", field)
    if field == "verification":
        kind, todo = _PAPERS.get(
            paper.partition(".")[0],
            _PAPERS["document"],
        )
        return Requirement(f"A photo of {who[0].lower()}{who[1:]} {kind}", todo)
    if field == "documents":
        kind, todo = _PAPERS.get(
            paper.partition(".")[0],
            ("papers", _UPLOAD),
        )
        return Requirement(f"A photo of {who[0].lower()}{who[1:]} {kind}", todo)
    if field in _PERSON:
        words, todo = _PERSON[field]
        return Requirement(f"{who} {words}", todo)
    return GENERAL
