"""The token that a form carries, so that no other site can send it."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import MutableMapping
from typing import Any

from wtforms import Field, ValidationError
from wtforms.csrf.core import CSRF
from wtforms.form import BaseForm

from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n

OPEN_TOO_LONG = _n(
    "This form was open for too long. Nothing you typed is lost; please send it again."
)


def token_of(
    secret: bytes,
    kept: MutableMapping[str, Any],
) -> str:
    """The token of a browser: an HMAC of the number that its session keeps, which is made now if it
    has none.
    """
    number = number_in(kept).encode()
    return hmac.digest(secret, number, "sha256").hex()


def number_in(kept: MutableMapping[str, Any]) -> str:
    """The number of a browser's session, from which its token is made; made now where it has
    none.
    """
    if "csrf" not in kept:
        kept["csrf"] = secrets.token_hex(20)
    return str(kept["csrf"])


def is_token(
    sent: str,
    token: str,
) -> bool:
    """Whether what was sent is this token, however far the two are alike."""
    given = sent.encode("utf-8", "replace")
    return hmac.compare_digest(given, token.encode())


class Csrf(CSRF):
    """A form's token: an HMAC-SHA-256 of a number that the browser's session keeps.

    WTForms' own would take SHA-1.

    It is good as long as the browser's session; the Origin check guards the rest.
    """

    def setup_form(self, form: BaseForm) -> Any:
        meta: Any = form.meta
        self._secret, self._session = meta.csrf_secret, meta.csrf_context
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: Field) -> str:
        return token_of(self._secret, self._session)

    def validate_csrf_token(self, form: BaseForm, field: Any) -> None:
        if not is_token(field.data or "", field.current_token):
            raise ValidationError(_(OPEN_TOO_LONG))
