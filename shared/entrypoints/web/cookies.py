"""The signed cookie: HMAC-SHA-256, where Quart would take SHA-1."""

from __future__ import annotations

import hashlib
from typing import Any, TypeAlias, cast

from itsdangerous import (
    BadSignature,
    SignatureExpired,
    TimestampSigner,
    URLSafeTimedSerializer,
)
from itsdangerous.encoding import base64_encode
from itsdangerous.serializer import Serializer
from quart import Quart, Response
from quart.sessions import (
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionMixin,
)
from quart.wrappers import BaseRequestWebsocket
from werkzeug.wrappers import Response as AnyResponse

from shared.core import clock
from shared.entrypoints.web.csrf import number_in
from shared.entrypoints.web.kit import vary_by

LONG = 1024  # bytes, from which on it is worth compressing
REMEMBERED = 1024  # cookies
_DAY = "day"  # of the signed cookie: when it was signed last
_Opened: TypeAlias = tuple[int, bytes]  # when it was signed, and what


class Cookies(URLSafeTimedSerializer):
    """Signs cookies, and opens what this process has signed or opened before by itself alone: as
    it stood there, letter by letter, while it is not too old.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: dict[str, _Opened] = {}
        self._signer = cast("TimestampSigner", self.make_signer())

    def dump_payload(self, obj: Any) -> bytes:
        """Compress only what is long: beginning to takes longer than all the rest of signing."""
        plain = Serializer.dump_payload(self, obj)
        if len(plain) > LONG:
            return super().dump_payload(obj)
        return base64_encode(plain)

    def dumps(
        self,
        obj: Any,
        salt: str | bytes | None = None,
    ) -> str:
        """Sign it; it is known from then on."""
        if salt is not None:
            return str(super().dumps(obj, salt))
        signed_at = self._signer.get_timestamp()
        payload = self.dump_payload(obj)
        cookie = self._signer.sign(payload).decode()
        self._know(
            cookie,
            (signed_at, payload),
        )
        return cookie

    def opened(
        self,
        cookie: str,
        max_age: int,
    ) -> Any:
        """What was signed. Raises BadSignature for what we did not sign, or too long ago."""
        if cookie not in self._known:
            self._know(cookie, self._unsigned(cookie))
        signed_at, payload = self._known[cookie]
        age = self._signer.get_timestamp() - signed_at
        if not 0 <= age <= max_age:
            del self._known[cookie]
            raise SignatureExpired(f"{age} seconds old")
        return self.load_payload(payload)

    def _unsigned(self, cookie: str) -> _Opened:
        problem = BadSignature("not signed")
        for signer in self.iter_unsigners():
            try:
                payload, at = signer.unsign(cookie, return_timestamp=True)
            except BadSignature as found:
                problem = found
            else:
                return int(at.timestamp()), payload
        raise problem

    def _know(
        self,
        cookie: str,
        opened: _Opened,
    ) -> None:
        if len(self._known) >= REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[cookie] = opened


class SignedCookies(SecureCookieSessionInterface):
    """Quart's own cookie under another digest.

    One signed with SHA-1, by a version before, still opens; none is made.
    """

    digest_method = staticmethod(hashlib.sha256)

    def __init__(self) -> None:
        self._signers: dict[object, Cookies | None] = {}

    def get_signing_serializer(self, app: Quart) -> Cookies | None:
        """Make it once for a key: each request opens a cookie with it, and may sign one."""
        key = app.secret_key
        if key not in self._signers:
            self._signers[key] = self._made(app)
        return self._signers[key]

    def _made(self, app: Quart) -> Cookies | None:
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

    async def open_session(
        self,
        app: Quart,
        request: BaseRequestWebsocket,
    ) -> SecureCookieSession | None:
        """What the browser's cookie holds; nothing where it is none of ours, or too old."""
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        cookie = request.cookies.get(self.get_cookie_name(app))
        if cookie is None:
            return self.session_class()
        max_age = int(app.permanent_session_lifetime.total_seconds())
        try:
            return self.session_class(signer.opened(cookie, max_age))
        except BadSignature:
            return self.session_class()

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
