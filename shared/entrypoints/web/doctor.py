"""How the doctor shows the site that it holds the same secret key: a header, signed, good for five
minutes.
"""

from __future__ import annotations

import hashlib

from itsdangerous import TimestampSigner

HEADER = "X-Markethall-Doctor"
GOOD_FOR = 300  # seconds


def signer(secret_key: str) -> TimestampSigner:
    """Who signs, and who checks, a question of the doctor's."""
    return TimestampSigner(
        secret_key,
        salt="markethall doctor",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )
