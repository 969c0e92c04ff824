"""The two ceremonies of WebAuthn, with the library: what a browser is asked, and whether what it
answers is right.

Import it inside the function that needs it: the library takes a fifteenth of the start, and few
members have a passkey.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
)

from shared.trade.people.factors.errors import PasskeyRefused
from shared.trade.people.factors.models import SecondFactor
from shared.trade.people.factors.passkeys import Made, Question, Site, read
from shared.trade.people.models import Member

TIMEOUT_MS = 120_000


def ask_to_make(
    site: Site,
    member: Member,
    known: Sequence[SecondFactor],
    *,
    name: str,
) -> Question:
    """Ask the browser for a new passkey, of a device that holds none of this person's yet.

    `name`: the marketplace's.
    """
    options = generate_registration_options(
        rp_id=site.id,
        rp_name=name,
        user_id=f"member:{member.id}".encode(),
        user_name=member.email,
        user_display_name=member.full_name,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(
            [base64url_to_bytes(row.credential_id or "") for row in known]
        ),
    )
    return _question(options_to_json(options))


def ask_for(site: Site, known: Sequence[SecondFactor]) -> Question:
    """Ask the browser for one of these passkeys."""
    options = generate_authentication_options(
        rp_id=site.id,
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors(
            [base64url_to_bytes(row.credential_id or "") for row in known]
        ),
    )
    return _question(options_to_json(options))


def _descriptors(ids: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=id_) for id_ in ids]


def _question(options: str) -> Question:
    return Question(options, str(json.loads(options)["challenge"]))


def made(
    site: Site,
    answer: str,
    *,
    challenge: str,
) -> Made:
    """The passkey that the browser made. Raises PasskeyRefused."""
    try:
        found = verify_registration_response(
            credential=read(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.id,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as problem:
        raise PasskeyRefused(log=repr(problem)) from None
    return Made(
        bytes_to_base64url(found.credential_id),
        bytes_to_base64url(found.credential_public_key),
        found.sign_count,
    )


def shown(
    site: Site,
    answer: str,
    *,
    challenge: str,
    factor: SecondFactor,
) -> int:
    """The new counter of a passkey that was shown.

    Raises PasskeyRefused; also for a counter that went back (a copied key).
    """
    try:
        found = verify_authentication_response(
            credential=read(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(factor.public_key),
            credential_current_sign_count=factor.counter,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as problem:
        raise PasskeyRefused(log=repr(problem)) from None
    return int(found.new_sign_count)
