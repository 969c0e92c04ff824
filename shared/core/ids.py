"""Identifiers that people and other systems see: unguessable tokens and short readable numbers."""

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from shared.core.typed import bare_code

_READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_token(prefix: str) -> str:
    """An unguessable url-safe token of 192 bits, `prefix_…`.

    Store only its `digest` where it grants access.
    """
    return f"{prefix}_{secrets.token_urlsafe(24)}"


def digest(token: str) -> str:
    """The hex SHA-256 of a token: what the database keeps instead of the token itself."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_nonce() -> str:
    """22 url-safe characters that are used once, for `sealed`."""
    return secrets.token_urlsafe(16)


class Sealed(StrEnum):
    """What a sealed token opens; also what the token begins with."""

    MAILED = "mhl_"  # what a mail asks for, once
    ORDER = "co_"  # the page of a purchase, for good


_SEAL = 32  # characters
_SIGNED_FOR = {
    Sealed.MAILED: b"markethall:mailed links",
    Sealed.ORDER: b"markethall:order links",
}


def sealed(
    secret_key: str,
    nonce: str,
    kind: Sealed = Sealed.MAILED,
) -> str:
    """The token that only who has the secret key can make of a nonce, the same each time: the
    database alone opens nothing.
    """
    return f"{kind}{nonce}{_seal(secret_key, nonce, kind)}"


def unsealed(
    secret_keys: Iterable[str],
    token: str,
    kind: Sealed = Sealed.MAILED,
) -> str | None:
    """The nonce that a token of this kind was made of; None when it was made with none of these
    keys.
    """
    if not token.startswith(kind) or not token.isascii():
        return None
    nonce, seal = token[len(kind) : -_SEAL], token[-_SEAL:]
    fits = [hmac.compare_digest(seal, _seal(key, nonce, kind)) for key in secret_keys]
    return nonce if nonce and any(fits) else None


def _seal(secret_key: str, nonce: str, kind: Sealed) -> str:
    if not secret_key:
        raise ValueError("a token is sealed with a secret key")
    # The cookie's key signs nothing else.
    key = hmac.digest(secret_key.encode(), _SIGNED_FOR[kind], "sha256")
    return base64.urlsafe_b64encode(
        hmac.digest(key, nonce.encode(), "sha256")[:24]
    ).decode()


def new_number(prefix: str = "MH") -> str:
    """A readable reference such as `MH-7KQ2-9FXD`, without letters that look like digits.

    The caller enforces uniqueness.
    """
    letters = [secrets.choice(_READABLE) for _ in range(8)]
    return f"{prefix}-{''.join(letters[:4])}-{''.join(letters[4:])}"


def typed_number(text: str, prefix: str = "MH") -> str:
    """The number that someone typed, as `new_number` writes it: `mh7kq29fxd`, `7KQ2 9FXD` ->
    `MH-7KQ2-9FXD`.

    What cannot be a number comes back in capitals and without separators.
    """
    code = bare_code(text)
    letters = code.removeprefix(prefix) if len(code) > 8 else code
    return f"{prefix}-{letters[:4]}-{letters[4:]}" if len(letters) == 8 else code


def born(at: datetime) -> str:
    """A row's moment of birth in a few characters, for keys that leave this database.

    Row ids start again in a fresh database while Stripe remembers what it was asked under
    `vendor:1:…` before.
    """
    return format(int(at.timestamp() * 1000), "x")


def slugify(text: str) -> str:
    """`text` as an address part: lower case ASCII words joined by hyphens, at most 60 characters;
    may be empty.
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    hyphened = re.sub(r"[^a-z0-9]+", "-", ascii_text.lower())
    return hyphened.strip("-")[:60].strip("-")
