"""Identifiers that people and other systems see: unguessable tokens and short readable numbers."""

import base64
import hashlib
import hmac
import ipaddress
import re
import secrets
import unicodedata
from datetime import datetime

from shared.typed import bare_code

_SEALED, _NONCE = "mhl_", 22
_READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_token(prefix: str) -> str:
    """An unguessable url-safe token of 192 bits, `prefix_…`. Store only its `digest` where it grants access."""
    return f"{prefix}_{secrets.token_urlsafe(24)}"


def digest(token: str) -> str:
    """The hex SHA-256 of a token: what the database keeps instead of the token itself."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_nonce() -> str:
    """22 url-safe characters that are used once, for `sealed`."""
    return secrets.token_urlsafe(16)


def sealed(secret_key: str, nonce: str) -> str:
    """The token `mhl_…` that only who has the secret key can make of a nonce: the database alone opens nothing."""
    return f"{_SEALED}{nonce}{_seal(secret_key, nonce)}"


def unsealed(secret_key: str, token: str) -> str | None:
    """The nonce that a token was made of; None when it was not made with this key."""
    nonce, seal = token.removeprefix(_SEALED)[:_NONCE], token.removeprefix(_SEALED)[_NONCE:]
    well_formed = token.startswith(_SEALED) and token.isascii() and len(nonce) == _NONCE
    return nonce if well_formed and hmac.compare_digest(seal, _seal(secret_key, nonce)) else None


def _seal(secret_key: str, nonce: str) -> str:
    key = hmac.digest(secret_key.encode(), b"markethall:mailed links", "sha256")  # the cookie's key signs nothing else
    return base64.urlsafe_b64encode(hmac.digest(key, nonce.encode(), "sha256")[:24]).decode()


def new_number(prefix: str = "MH") -> str:
    """A readable reference such as `MH-7KQ2-9FXD`, without letters that look like digits. The caller enforces uniqueness."""
    letters = [secrets.choice(_READABLE) for _ in range(8)]
    return f"{prefix}-{''.join(letters[:4])}-{''.join(letters[4:])}"


def typed_number(text: str, prefix: str = "MH") -> str:
    """The number that someone typed, as `new_number` writes it: `mh7kq29fxd`, `7KQ2 9FXD` -> `MH-7KQ2-9FXD`.

    What cannot be a number comes back in capitals and without separators.
    """
    code = bare_code(text)
    letters = code.removeprefix(prefix) if len(code) > 8 else code
    return f"{prefix}-{letters[:4]}-{letters[4:]}" if len(letters) == 8 else code


def born(at: datetime) -> str:
    """A row's moment of birth in a few characters, for keys that leave this database.

    Row ids start again in a fresh database while Stripe remembers what it was asked under `vendor:1:…` before.
    """
    return format(int(at.timestamp() * 1000), "x")


def network_of(address: str) -> str:
    """Whose a network address is: itself, or of IPv6 the /64 that one household or server has; `` for what is no address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def slugify(text: str) -> str:
    """`text` as an address part: lower case ASCII words joined by hyphens, at most 60 characters; may be empty."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:60].strip("-")
