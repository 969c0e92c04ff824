"""The signed cookie: HMAC-SHA-256, where Quart would take SHA-1."""

from __future__ import annotations

import hashlib

from itsdangerous import URLSafeTimedSerializer
from quart import Quart
from quart.sessions import SecureCookieSessionInterface


class SignedCookies(SecureCookieSessionInterface):
    """Quart's own cookie under another digest.

    One signed with SHA-1, by a version before, still opens; none is made.
    """

    digest_method = staticmethod(hashlib.sha256)

    def get_signing_serializer(self, app: Quart) -> URLSafeTimedSerializer | None:
        signer = super().get_signing_serializer(app)
        if signer is not None:
            signer.fallback_signers = [
                {"key_derivation": self.key_derivation, "digest_method": hashlib.sha1}
            ]
        return signer
