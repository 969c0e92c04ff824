"""Secrets that have to be read again: kept in the database only sealed, under a key made of
MARKETHALL_SECRET_KEY.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from shared.core.importing import Late

if TYPE_CHECKING:
    from cryptography import fernet
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf import hkdf
else:
    fernet = Late("cryptography.fernet")
    hashes = Late("cryptography.hazmat.primitives.hashes")
    hkdf = Late("cryptography.hazmat.primitives.kdf.hkdf")

_PURPOSE = b"markethall second factors"


class Unreadable(Exception):
    """What was sealed cannot be opened: another key, another owner, too old, or changed."""


class Vault:
    """Seals under the first key, opens under each.

    What is sealed belongs to one owner and opens for no other.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._box = fernet.MultiFernet([_fernet(key) for key in keys])

    def seal(self, secret: str, *, owner: str) -> str:
        """`secret` as it may be kept."""
        return self._box.encrypt(f"{owner}\0{secret}".encode()).decode()

    def open(
        self,
        sealed: str,
        *,
        owner: str,
        max_age: int | None = None,
    ) -> str:
        """The secret.

        Raises Unreadable; also when it was sealed more than `max_age` seconds ago.
        """
        try:
            found = self._box.decrypt(sealed.encode(), ttl=max_age).decode()
        except (fernet.InvalidToken, UnicodeError):
            raise Unreadable from None
        whose, _, secret = found.partition("\0")
        if whose != owner:
            raise Unreadable
        return secret


@lru_cache(maxsize=8)
def _fernet(key: str) -> fernet.Fernet:
    derived = hkdf.HKDF(
        algorithm=hashes.SHA256(),
        length=32,
        salt=None,
        info=_PURPOSE,
    ).derive(key.encode())
    return fernet.Fernet(base64.urlsafe_b64encode(derived))
