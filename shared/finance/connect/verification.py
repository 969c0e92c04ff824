"""Why Stripe did not accept something, and why it switched an account off, in a shop owner's words.

Pure.

Codes that mean the same to a shop owner share their words. A code we do not know gets a general
sentence, never itself. What has to do with compliance is worded neutrally: it blames nobody and
gives no hint on how to get around it.
"""

from __future__ import annotations

from dataclasses import dataclass

STILL_MISSING = "Until then it counts as missing."
EVERYTHING = "Shoppers cannot pay you, and nothing is paid out."
HELD = (
    "Shoppers cannot pay you. What becomes of money from earlier sales, Stripe tells you by email."
)


@dataclass(frozen=True)
class Verdict:
    """What Stripe found, what to do about it, and what stops until then: whole sentences."""

    what: str
    todo: str
    stops: str = STILL_MISSING

    @property
    def sentence(self) -> str:
        """All of it."""
        return " ".join(part for part in (self.what, self.todo, self.stops) if part)


_AGAIN = "Upload it again: in colour, sharp, flat, with all four corners in view."
_OTHER = "Upload another document."
_SAME = "Enter it just as the document has it, or upload a document that has what you entered."
_REGISTER = "Enter it just as the register has it, or upload an extract from the register."
_SITE = (
    "Mend that on your website, then let Stripe look again; the address of your shop here will do "
    "as well."
)
_PAGES = (
    "Add it to your website, then let Stripe look again; the address of your shop here will do as "
    "well."
)

GENERAL_ERROR = Verdict(
    "Stripe could not accept what was given.", "Stripe's page says why; give it again there."
)

# Each group of codes that mean the same to a shop owner, once.
_ERRORS: tuple[tuple[str, Verdict], ...] = (
    (
        "external_request",
        Verdict("A bank or an authority asks for this.", "Give what Stripe's page asks for."),
    ),
    (
        "information_missing",
        Verdict("Something is missing here.", "Fill in what Stripe's page marks."),
    ),
    (
        "invalid_value_other",
        Verdict("What was entered cannot be right.", "Check it and enter it again."),
    ),
    (
        "invalid_address_city_state_postal_code",
        Verdict(
            "City, region and postal code do not go together.", "Check them and enter them again."
        ),
    ),
    (
        "invalid_street_address",
        Verdict("The street address could not be found.", "Check street and house number."),
    ),
    (
        (
            "invalid_address_cmra_address invalid_address_highway_contract_box "
            "invalid_address_private_mailbox"
        ),
        Verdict(
            "This is a mailbox or a forwarding address.",
            "Enter the address where the business, or the person, really is.",
        ),
    ),
    (
        "invalid_address_registered_agent_address",
        Verdict(
            "This is the address of a registered agent.",
            "Enter the address that your business works from.",
        ),
    ),
    (
        "invalid_business_profile_name",
        Verdict(
            "The business name could not be accepted.", "Enter the name that your customers know."
        ),
    ),
    (
        "invalid_business_profile_name_denylisted invalid_company_name_denylisted",
        Verdict(
            "Stripe does not accept this business name.",
            "Enter the full registered name of your business.",
        ),
    ),
    (
        "invalid_dob_age_over_maximum",
        Verdict("The date of birth is too long ago.", "Check the year and enter it again."),
    ),
    (
        "invalid_dob_age_under_18 invalid_dob_age_under_minimum",
        Verdict(
            "This person is too young for a Stripe account.",
            "Check the date of birth, or name another person.",
        ),
    ),
    (
        "invalid_product_description_length",
        Verdict(
            "The description of what you sell is too short or too long.",
            "Say in one or two sentences what you sell.",
        ),
    ),
    (
        "invalid_product_description_url_match",
        Verdict(
            "The description of what you sell does not match your website.",
            "Describe what your website sells.",
        ),
    ),
    (
        "invalid_representative_country",
        Verdict(
            "The representative lives in a country that Stripe cannot accept here.",
            "Name another representative.",
        ),
    ),
    (
        "invalid_signator",
        Verdict(
            "The person who signed may not sign for the business.",
            "Let a director or an owner sign.",
        ),
    ),
    (
        (
            "invalid_statement_descriptor_business_mismatch "
            "invalid_statement_descriptor_prefix_mismatch"
        ),
        Verdict(
            "What stands on card statements does not resemble the name of your business.",
            "Use your business name, or your website's.",
        ),
    ),
    (
        "invalid_statement_descriptor_denylisted invalid_statement_descriptor_prefix_denylisted",
        Verdict(
            "Stripe does not accept these words on card statements.",
            "Use your business name instead.",
        ),
    ),
    (
        "invalid_statement_descriptor_length",
        Verdict(
            "What stands on card statements is too short or too long.", "Use 5 to 22 characters."
        ),
    ),
    (
        "invalid_tax_id invalid_tax_id_format",
        Verdict(
            "The number of your business cannot be right.",
            "Check it against a letter from the tax office or the register.",
        ),
    ),
    (
        "invalid_tos_acceptance",
        Verdict("Your agreement to Stripe's terms is not valid.", "Read and accept them again."),
    ),
    (
        "invalid_url_denylisted",
        Verdict(
            "Stripe does not accept this web address.",
            "Enter another one; the address of your shop here will do.",
        ),
    ),
    (
        "invalid_url_format invalid_url_length",
        Verdict(
            "This is not a whole web address.",
            "Enter it from https:// to the end; the address of your shop here will do.",
        ),
    ),
    (
        "invalid_url_web_presence_detected",
        Verdict("Your business has a website that was not named.", "Enter its address."),
    ),
    (
        "invalid_url_website_business_information_mismatch",
        Verdict(
            "What your website says of your business differs from what you entered.",
            "Make the two agree.",
        ),
    ),
    (
        "invalid_url_website_empty invalid_url_website_incomplete_under_construction",
        Verdict("Your website is still empty, or under construction.", _SITE),
    ),
    ("invalid_url_website_inaccessible", Verdict("Your website could not be opened.", _SITE)),
    (
        "invalid_url_website_inaccessible_geoblocked",
        Verdict("Your website cannot be opened from every country.", _SITE),
    ),
    (
        "invalid_url_website_inaccessible_password_protected",
        Verdict("Your website asks for a password.", _SITE),
    ),
    (
        "invalid_url_website_incomplete invalid_url_website_other",
        Verdict("Something is missing on your website.", _SITE),
    ),
    (
        "invalid_url_website_incomplete_cancellation_policy",
        Verdict("Your website does not say how to cancel.", _PAGES),
    ),
    (
        "invalid_url_website_incomplete_customer_service_details",
        Verdict("Your website does not say how to reach you.", _PAGES),
    ),
    (
        "invalid_url_website_incomplete_legal_restrictions",
        Verdict("Your website does not say who may not buy from you.", _PAGES),
    ),
    (
        "invalid_url_website_incomplete_refund_policy invalid_url_website_incomplete_return_policy",
        Verdict(
            "Your website does not say how to send things back and get the money back.", _PAGES
        ),
    ),
    (
        "invalid_url_website_incomplete_terms_and_conditions",
        Verdict("Your website has no terms of sale.", _PAGES),
    ),
    (
        "unsupported_business_type",
        Verdict(
            "Stripe does not work with this kind of business in your country.",
            "Check the kind you chose, or write to us.",
        ),
    ),
    (
        (
            "verification_directors_mismatch verification_extraneous_directors "
            "verification_missing_directors"
        ),
        Verdict(
            "The directors you named are not the ones in the register.",
            "Name exactly those in the register, or upload a newer extract.",
        ),
    ),
    (
        "verification_document_directors_mismatch",
        Verdict(
            "The document names other directors than you did.",
            "Name the same ones, or upload a newer extract.",
        ),
    ),
    (
        "verification_missing_executives",
        Verdict("Someone who runs the business is missing.", "Add each manager."),
    ),
    (
        "verification_missing_owners",
        Verdict(
            "Someone who owns the business is missing.", "Add everyone who owns a quarter or more."
        ),
    ),
    (
        "verification_rejected_ownership_exemption_reason",
        Verdict(
            "Your business does have to name its owners.",
            "Add everyone who owns a quarter or more.",
        ),
    ),
    (
        "verification_document_address_mismatch",
        Verdict("The address on the document is not the one you entered.", _SAME),
    ),
    (
        "verification_document_address_missing",
        Verdict(
            "The document shows no address.",
            "Upload one that does, such as a bill or a bank statement.",
        ),
    ),
    (
        "verification_document_corrupt",
        Verdict(
            "The file could not be opened.", "Save it anew as a JPEG, PNG or PDF and upload that."
        ),
    ),
    (
        "verification_document_country_not_supported",
        Verdict(
            "Stripe cannot check documents of that country.",
            "Upload one of another country, such as a passport.",
        ),
    ),
    (
        "verification_document_dob_mismatch",
        Verdict("The date of birth on the document is not the one you entered.", _SAME),
    ),
    (
        "verification_document_duplicate_type",
        Verdict(
            "The same kind of document was uploaded twice.", "Upload a document of another kind."
        ),
    ),
    (
        "verification_document_expired",
        Verdict("The document has expired.", "Upload one that is still valid."),
    ),
    (
        "verification_document_failed_copy",
        Verdict(
            "A copy was uploaded, not the original.", "Photograph the original and upload that."
        ),
    ),
    (
        "verification_document_failed_greyscale",
        Verdict("The picture is black and white.", "Upload it in colour."),
    ),
    (
        (
            "verification_document_failed_other verification_document_fraudulent "
            "verification_document_invalid verification_document_manipulated "
            "verification_failed_document_match"
        ),
        Verdict("The document could not be confirmed.", _OTHER),
    ),
    (
        "verification_document_failed_test_mode",
        Verdict("A test document that always fails was used.", "Use one that passes."),
    ),
    (
        "verification_document_id_number_mismatch",
        Verdict("The number on the document is not the one you entered.", _SAME),
    ),
    (
        "verification_document_id_number_missing",
        Verdict("The document shows no number.", "Upload one that does."),
    ),
    (
        "verification_document_incomplete",
        Verdict("A part of the document is missing.", "Upload all of its pages."),
    ),
    (
        "verification_document_issue_or_expiry_date_missing",
        Verdict(
            "The document does not show when it was issued or until when it is valid.",
            "Upload one that does.",
        ),
    ),
    (
        "verification_document_missing_back",
        Verdict("The back of the document is missing.", "Upload the back as well."),
    ),
    (
        "verification_document_missing_front",
        Verdict("The front of the document is missing.", "Upload the front as well."),
    ),
    (
        "verification_document_name_mismatch",
        Verdict("The name on the document is not the one you entered.", _SAME),
    ),
    (
        "verification_document_name_missing",
        Verdict("The document shows no name.", "Upload one that does."),
    ),
    (
        "verification_document_nationality_mismatch",
        Verdict("The nationality on the document is not the one you entered.", _SAME),
    ),
    ("verification_document_not_readable", Verdict("The picture cannot be read.", _AGAIN)),
    (
        "verification_document_not_signed",
        Verdict("The document is not signed.", "Sign it and upload it again."),
    ),
    ("verification_document_not_uploaded", Verdict("The file did not arrive.", "Upload it again.")),
    (
        "verification_document_photo_mismatch",
        Verdict(
            "The face and the picture on the document differ.", "Take a new photo in good light."
        ),
    ),
    (
        "verification_document_too_large",
        Verdict("The file is too large.", "Upload one of at most 10 megabytes."),
    ),
    (
        "verification_document_type_not_supported",
        Verdict(
            "Stripe does not take this kind of document.",
            "Upload a passport, an identity card or what its page names.",
        ),
    ),
    (
        "verification_failed_address_match verification_failed_residential_address",
        Verdict(
            "The address could not be confirmed.",
            "Check it, or upload a bill or a bank statement that shows it.",
        ),
    ),
    (
        "verification_failed_authorizer_authority verification_failed_representative_authority",
        Verdict(
            "It could not be confirmed that this person may act for the business.",
            "Name a director, or upload a letter of authority.",
        ),
    ),
    (
        "verification_failed_business_iec_number",
        Verdict(
            "The import and export number of your business could not be confirmed.",
            "Check it and enter it again.",
        ),
    ),
    (
        "verification_failed_id_number_match",
        Verdict(
            "The number does not go with this name and date of birth.",
            "Check all three, or upload a passport or identity card.",
        ),
    ),
    (
        (
            "verification_failed_keyed_identity verification_failed_keyed_match "
            "verification_failed_other"
        ),
        Verdict(
            "What was entered could not be confirmed.",
            "Check it, or upload a passport or identity card.",
        ),
    ),
    ("verification_failed_name_match", Verdict("The name could not be confirmed.", _REGISTER)),
    (
        "verification_failed_tax_id_match",
        Verdict("The number does not go with the name of your business.", _REGISTER),
    ),
    (
        "verification_failed_tax_id_not_issued",
        Verdict(
            "The tax office does not know this number.",
            "Check it; a new number may take some weeks to be known.",
        ),
    ),
    (
        "verification_legal_entity_structure_mismatch",
        Verdict(
            "The legal form you chose is not the one in the register.",
            "Choose the one in the register.",
        ),
    ),
    (
        "verification_requires_additional_memorandum_of_associations",
        Verdict("The articles of association are needed too.", "Upload them."),
    ),
    (
        "verification_requires_additional_proof_of_registration",
        Verdict(
            "A newer proof of registration is needed too.",
            "Upload an extract from the company register.",
        ),
    ),
    (
        "verification_supportability",
        Verdict(
            "Stripe has to see whether it can work with your business.",
            "Answer the questions on its page.",
        ),
    ),
)
ERRORS: dict[str, Verdict] = {code: verdict for codes, verdict in _ERRORS for code in codes.split()}

_WRITE = "Please write to us; we will sort it out with you."
_ENDED = Verdict(
    "Stripe no longer works with this account.",
    f"Stripe has sent you an email about it. {_WRITE}",
    HELD,
)
_PAUSED = Verdict(
    "Stripe has paused this account while it looks into it.",
    f"There is nothing to fill in. {_WRITE}",
    HELD,
)
_PLATFORM_ENDED = Verdict("The marketplace no longer works with this account.", _WRITE, HELD)
_LATE = Verdict(
    "Stripe did not get what it needs in time.", "Give it now, and the account goes on.", EVERYTHING
)
_LOOKING = Verdict(
    "Stripe is checking your details.",
    "This takes minutes, at times a day or two. There is nothing for you to do.",
    "Shoppers can pay you once that is done.",
)
GENERAL_REASON = Verdict("Stripe has switched this account off.", _WRITE, EVERYTHING)
DISABLED: dict[str, Verdict] = {
    "action_required.requested_capabilities": Verdict(
        "Stripe has questions before it switches payments on.",
        "Answer them on Stripe's page.",
        EVERYTHING,
    ),
    "listed": _PAUSED,
    "other": Verdict("Stripe has paused this account.", _WRITE, EVERYTHING),
    "platform_paused": Verdict("The marketplace has paused this account.", _WRITE, EVERYTHING),
    "rejected.fraud": _ENDED,
    "rejected.incomplete_verification": _ENDED,
    "rejected.listed": _ENDED,
    "rejected.other": _ENDED,
    "rejected.platform_fraud": _PLATFORM_ENDED,
    "rejected.platform_other": _PLATFORM_ENDED,
    "rejected.platform_terms_of_service": _PLATFORM_ENDED,
    "rejected.terms_of_service": _ENDED,
    "requirements.past_due": _LATE,
    "requirements.pending_verification": _LOOKING,
    "under_review": _LOOKING,
}


def error(code: str) -> Verdict:
    """What an error of a requirement means."""
    return ERRORS.get(code, GENERAL_ERROR)


def disabled(reason: str) -> Verdict:
    """What it means that an account is off for this reason."""
    if reason.startswith("rejected."):
        return DISABLED.get(reason, _ENDED)
    return DISABLED.get(reason, GENERAL_REASON)
