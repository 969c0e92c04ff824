"""Passkeys: what a browser is asked, and whether what it answers is right. The library is loaded when first needed."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.core.errors import Invalid
from shared.trade.people.factors.models import SecondFactor
from shared.trade.people.models import Member

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

TIMEOUT_MS = 120_000
MAX_ANSWER = 20_000  # characters; an answer is a few hundred to a few thousand


class PasskeyRefused(Invalid):
    """The browser's answer does not prove that key, or is not for us."""

    code = "passkey_refused"
    default = "That passkey could not be used. Please try again, or take another way."


@dataclass(frozen=True, slots=True)
class Site:
    """For whom passkeys are made: `id` is a host name, `origin` the whole address that browsers see."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a page hands to the browser (JSON), and the challenge that must come back in the answer (base64url)."""

    options: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey: its id and public key in base64url, and its counter."""

    credential_id: str
    public_key: str
    counter: int


def site_of(public_url: str) -> Site | None:
    """Where passkeys work: at an address with a host name (`localhost` counts). Browsers make none for a bare number."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    secure = parts.scheme == "https" or host == "localhost" or host.endswith(".localhost")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return Site(host, f"{parts.scheme}://{parts.netloc}") if host and secure else None
    return None


def ask_to_make(site: Site, member: Member, known: Sequence[SecondFactor], *, name: str) -> Question:
    """Ask the browser for a new passkey, of a device that holds none of this person's yet. `name`: the marketplace's."""
    from webauthn import base64url_to_bytes, generate_registration_options, options_to_json
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement

    options = generate_registration_options(
        rp_id=site.id,
        rp_name=name,
        user_id=f"member:{member.id}".encode(),
        user_name=member.email,
        user_display_name=member.full_name,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.PREFERRED),
        exclude_credentials=_descriptors([base64url_to_bytes(row.credential_id or "") for row in known]),
    )
    return _question(options_to_json(options))


def ask_for(site: Site, known: Sequence[SecondFactor]) -> Question:
    """Ask the browser for one of these passkeys."""
    from webauthn import base64url_to_bytes, generate_authentication_options, options_to_json

    options = generate_authentication_options(
        rp_id=site.id,
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors([base64url_to_bytes(row.credential_id or "") for row in known]),
    )
    return _question(options_to_json(options))


def _descriptors(ids: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor as Descriptor

    return [Descriptor(id=id_) for id_ in ids]


def _question(options: str) -> Question:
    return Question(options, str(json.loads(options)["challenge"]))


def made(site: Site, answer: str, *, challenge: str) -> Made:
    """The passkey that the browser made. Raises PasskeyRefused."""
    from webauthn import base64url_to_bytes, verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        found = verify_registration_response(
            credential=_read(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.id,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as problem:
        raise PasskeyRefused(log=repr(problem)) from None
    return Made(
        bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key), found.sign_count
    )


def credential_of(answer: str) -> str:
    """Which passkey an answer names. Raises PasskeyRefused."""
    return str(_read(answer).get("id", ""))


def shown(site: Site, answer: str, *, challenge: str, factor: SecondFactor) -> int:
    """The new counter of a passkey that was shown. Raises PasskeyRefused; also for a counter that went back (a copied key)."""
    from webauthn import base64url_to_bytes, verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        found = verify_authentication_response(
            credential=_read(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(factor.public_key),
            credential_current_sign_count=factor.counter,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as problem:
        raise PasskeyRefused(log=repr(problem)) from None
    return int(found.new_sign_count)


def _read(answer: str) -> dict[str, object]:
    if len(answer) > MAX_ANSWER:
        raise PasskeyRefused
    try:
        found = json.loads(answer)
    except ValueError:
        raise PasskeyRefused from None
    if not isinstance(found, dict):
        raise PasskeyRefused
    return found
