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

    def __init__(self) -> None:
        self._signers: dict[object, URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Quart) -> URLSafeTimedSerializer | None:
        """Make it once for a key: each request opens a cookie with it, and may sign one."""
        key = app.secret_key
        if key not in self._signers:
            self._signers[key] = self._made(app)
        return self._signers[key]

    def _made(self, app: Quart) -> URLSafeTimedSerializer | None:
        signer = super().get_signing_serializer(app)
        if signer is not None:
            signer.fallback_signers = [
                {"key_derivation": self.key_derivation, "digest_method": hashlib.sha1}
            ]
        return signer
