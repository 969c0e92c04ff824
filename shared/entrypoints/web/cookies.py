"""The signed cookie: HMAC-SHA-256, where Quart would take SHA-1."""

from __future__ import annotations

import hashlib
from typing import Any

from itsdangerous import URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from itsdangerous.serializer import Serializer
from quart import Quart, Response
from quart.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.wrappers import Response as AnyResponse

from shared.core import clock
from shared.entrypoints.web.csrf import number_in
from shared.entrypoints.web.kit import vary_by

LONG = 1024  # bytes, from which on it is worth compressing
_DAY = "day"  # of the signed cookie: when it was signed last


class Cookies(URLSafeTimedSerializer):
    """Compresses only what is long: beginning to takes longer than all the rest of signing."""

    def dump_payload(self, obj: Any) -> bytes:
        plain = Serializer.dump_payload(self, obj)
        return super().dump_payload(obj) if len(plain) > LONG else base64_encode(plain)


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
        if not app.secret_key:
            return None
        older = app.config["SECRET_KEY_FALLBACKS"] or []
        derived = {"key_derivation": self.key_derivation}
        return Cookies(
            [*older, app.secret_key],
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={**derived, "digest_method": self.digest_method},
            fallback_signers=[{**derived, "digest_method": hashlib.sha1}],
        )

    async def save_session(
        self,
        app: Quart,
        session: SessionMixin,
        response: Response | AnyResponse | None,
    ) -> None:
        """Sign it where it was changed, with all that the next page would put into it."""
        if response is None or session.modified:
            if session:
                _complete(session)
            await super().save_session(app, session, response)
        elif session.accessed:
            vary_by(response, "Cookie")


def _complete(session: SessionMixin) -> None:
    number_in(session)
    if session.permanent:
        note_day(session)


def note_day(session: SessionMixin) -> None:
    """Renew the cookie's 30 days once a day, so that only those who stay away lose their basket and
    sign-in.
    """
    today = clock.now().date().isoformat()
    if session.get(_DAY) != today:
        session[_DAY] = today
        session.permanent = True
