"""Every word that the SDK knows for what is wrong with an account has a sentence of ours: nothing
blank, no code shown.
"""

from __future__ import annotations

import re
import sys
import typing
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from stripe.params import _account_create_params

from shared.finance.connect import capabilities, requirements, verification
from shared.finance.connect.requirements import Requirement, requirement
from shared.finance.connect.verification import Verdict
from shared.infra.gateway.accounts import SELLING_NEEDS, Capability

ERROR_CLASSES = [
    getattr(owner, kind).Error
    for owner in (stripe.Account, stripe.Capability, stripe.Person, stripe.BankAccount)
    for kind in ("Requirements", "FutureRequirements")
]
ABILITY_CLASSES = [stripe.Capability.Requirements, stripe.Capability.FutureRequirements]
REASON_CLASSES = [stripe.Account.Requirements, stripe.Account.FutureRequirements]
# Parts of an account that its platform or Stripe fills in; nobody asks a shop owner for them.
NOT_ASKED = ("metadata", "user_agent", "service_agreement")
COMPLIANCE = re.compile(r"fraud|reject|list|sanction|violat|suspicio|crim")
PERSONS = (
    "individual",
    "representative",
    "owners",
    "directors",
    "executives",
    "authorizer",
    "person_1A2b",
)


def literals(annotation: Any) -> set[str]:
    """Every literal inside an annotation, however deep."""
    if typing.get_origin(annotation) is typing.Literal:
        return {str(value) for value in typing.get_args(annotation)}
    return set().union(*(literals(inner) for inner in typing.get_args(annotation)))


def codes() -> list[str]:
    """The codes of `requirements.errors[].code`, of accounts, capabilities, persons and bank
    accounts.
    """
    return sorted(
        set().union(
            *(literals(typing.get_type_hints(c)["code"]) for c in ERROR_CLASSES)
        )
    )


def reasons() -> list[str]:
    """The reasons for which an account is off."""
    return sorted(
        set().union(
            *(
                literals(typing.get_type_hints(c)["disabled_reason"])
                for c in REASON_CLASSES
            )
        )
    )


def ability_reasons() -> list[str]:
    """The reasons for which a single capability is off."""
    return sorted(
        set().union(
            *(
                literals(typing.get_type_hints(c)["disabled_reason"])
                for c in ABILITY_CLASSES
            )
        )
    )


def fields(annotation: Any, name: str) -> list[str]:
    """The leaves of a parameter of the SDK, as Stripe writes them in requirements:
    `company.address.city`.
    """
    if hasattr(annotation, "__required_keys__"):
        hints = typing.get_type_hints(
            annotation, vars(sys.modules[annotation.__module__])
        )
        return [
            leaf
            for key, inner in hints.items()
            for leaf in fields(inner, f"{name}.{key}")
        ]
    inner_names = [
        found
        for inner in typing.get_args(annotation)
        if (found := fields(inner, name)) != [name]
    ]
    return inner_names[0] if inner_names else [name]


def keys() -> list[str]:
    """Every field of a business and of its people that the SDK can send, as a requirement key."""
    params = _account_create_params
    business = {
        "company": params.AccountCreateParamsCompany,
        "business_profile": params.AccountCreateParamsBusinessProfile,
        "documents": params.AccountCreateParamsDocuments,
        "tos_acceptance": params.AccountCreateParamsTosAcceptance,
    }
    found = [
        leaf
        for name, annotation in business.items()
        for leaf in fields(annotation, name)
    ]
    person = fields(params.AccountCreateParamsIndividual, "individual")
    found += [leaf.replace("individual", who, 1) for who in PERSONS for leaf in person]
    found += [
        "external_account",
        "business_type",
        "email",
        "settings.payments.statement_descriptor",
        "representative.nationality",
    ]
    return sorted(key for key in found if not key.endswith(NOT_ASKED))


def assert_well_said(text: str) -> None:
    """A sentence for people: begun large, ended by a full stop, without a code or a key."""
    assert text.strip() == text
    assert text[0].isupper(), text
    assert text.endswith("."), text
    assert "_" not in text, text
    assert not re.search(r"[a-z]\.[a-z]", text), text
    assert "  " not in text, text


def assert_verdict(found: Verdict) -> None:
    """Each of its sentences."""
    for part in (found.what, found.todo, found.stops, found.sentence):
        assert_well_said(part)


def test_the_sdk_still_has_the_words_that_we_walk() -> None:
    """99 codes, 15 reasons of accounts and 10 of capabilities: a newer SDK with more of them is met
    by the tests below.
    """
    assert len(codes()) >= 99
    assert len(reasons()) >= 15
    assert len(ability_reasons()) >= 10
    assert len(keys()) > 300


@pytest.mark.parametrize("code", codes())
def test_every_error_code_has_a_sentence(code: str) -> None:
    """What was wrong, what to do, what stops; of its own and not the general one."""
    assert verification.is_known_error(code)
    assert_verdict(verification.error(code))


@pytest.mark.parametrize("reason", reasons())
def test_every_disabled_reason_has_a_sentence(reason: str) -> None:
    """What happened, what to do, what stops."""
    assert verification.is_known_reason(reason)
    assert_verdict(verification.disabled(reason))


@pytest.mark.parametrize("reason", ability_reasons())
@pytest.mark.parametrize("name", SELLING_NEEDS)
def test_every_reason_of_a_capability_has_a_sentence(name: str, reason: str) -> None:
    """What is off, what to do, what stops; of its own, as the vendor's headline and as a line of
    its page.
    """
    assert capabilities.cause(reason) != capabilities.cause("brand_new")
    assert_verdict(capabilities.verdict(name, reason))
    (line,) = capabilities.shown([Capability(name, "inactive", reason)])
    (calm,) = capabilities.shown([Capability(name, "inactive", reason)], selling=True)
    said = line.sentence.text
    assert_well_said(said)
    assert_well_said(calm.sentence.text)
    assert "cannot pay" not in calm.sentence.text
    assert not COMPLIANCE.search(said.lower()), said
    assert reason not in f"{line.name} {line.badge} {said}"


@pytest.mark.parametrize(
    "status", sorted(literals(typing.get_type_hints(stripe.Capability)["status"]))
)
@pytest.mark.parametrize(
    "reason",
    [None, "pending.brand_new", "rejected.brand_new", "paused.brand_new", "brand_new"],
)
def test_every_state_of_a_capability_has_words(status: str, reason: str | None) -> None:
    """With a reason that is new, or none: a general sentence, never a code."""
    for line in capabilities.shown(
        [
            Capability("transfers", status, reason),
            Capability("card_payments", "inactive"),
        ]
    ):
        assert_well_said(f"{line.name}: {line.badge}.")
        assert_well_said(line.sentence.text)


@pytest.mark.parametrize("name", SELLING_NEEDS)
def test_a_capability_that_is_due_says_what_by_when_and_what_stops(name: str) -> None:
    """The day stands between what Stripe needs and what it is for."""
    day = datetime(2026, 12, 3, tzinfo=UTC)
    (line,) = capabilities.shown(
        [Capability(name, "active", None, ("external_account",), day)]
    )
    said = line.sentence
    assert said.day == day
    assert_well_said(f"{said.lead}3 December{said.tail}")
    assert_well_said(said.text)


@pytest.mark.parametrize(
    "reason", [r for r in reasons() if r == "listed" or r.startswith("rejected.")]
)
def test_compliance_is_worded_neutrally(reason: str) -> None:
    """It accuses nobody and tells nobody what was found."""
    said = verification.disabled(reason).sentence.lower()
    assert not COMPLIANCE.search(said), said


def test_nobody_is_accused_of_a_forged_document() -> None:
    """Stripe's guess is not ours to tell: these read like any document that could not be
    confirmed.
    """
    plain = verification.error("verification_document_failed_other")
    for code in (
        "verification_document_fraudulent",
        "verification_document_manipulated",
    ):
        assert verification.error(code) == plain


@pytest.mark.parametrize("key", keys())
def test_every_field_that_can_be_asked_for_has_words(key: str) -> None:
    """What it is, what to do, what stops; of its own and not the general one."""
    found = requirement(key)
    assert requirements.is_known(key)
    assert_requirement(found)


@pytest.mark.parametrize(
    "key",
    [
        "something.nobody.has.seen",
        "interv_1Ab.supportability_inquiry.form",
        "",
        "individual",
        "person_x.new",
        "x_y",
    ],
)
def test_what_is_new_gets_a_general_sentence(key: str) -> None:
    """Never the key itself."""
    assert_requirement(requirement(key))
    assert requirements.is_known("external_account")
    assert not requirements.is_known("something.nobody.has.seen")


def test_codes_that_are_new_get_a_general_sentence() -> None:
    """Never the code itself."""
    assert_verdict(verification.error("verification_brand_new"))
    assert_verdict(verification.disabled("rejected.brand_new"))
    assert_verdict(verification.disabled("brand_new"))


def assert_requirement(found: Requirement) -> None:
    """Its title has no full stop, as it also stands inside sentences."""
    assert_well_said(f"{found.what}.")
    assert_well_said(f"Stripe needs {found.needs}.")
    assert_well_said(found.todo)
    assert_well_said(found.stops)
