"""What a new API token is called, what it may do, and how long it lasts."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import cast

from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, Length

from shared.core.locales import gettext as _
from shared.core.locales import ngettext
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.csrf import OPEN_TOO_LONG
from shared.entrypoints.web.forms import ChecksField, MarketForm, choices
from shared.trade.people.scopes import LIFETIMES, Scope
from shared.trade.people.tokens import NewToken

USUAL = 90


def _scopes() -> Iterator[tuple[str, str]]:
    for scope in Scope:
        yield scope.value, scope.label


def _lifetimes() -> Iterator[tuple[str, str]]:
    for days in LIFETIMES:
        yield str(days), _lasting(days)


def _lasting(days: int) -> str:
    """How long a token lasts, in words."""
    return (
        ngettext("%(num)s day", "%(num)s days", days)
        if days
        else _("Until it is revoked")
    )


class TokenForm(MarketForm):
    """`once` is a key of this one form: sent twice, it makes one token."""

    once = HiddenField(
        validators=[
            DataRequired(_l(OPEN_TOO_LONG)),
            Length(
                min=16,
                max=64,
                message=_l(OPEN_TOO_LONG),
            ),
        ]
    )
    name = StringField(
        _l("Name"),
        [
            DataRequired(
                _l("Give the token a name, such as the program that uses it.")
            ),
            Length(max=80),
        ],
    )
    scopes = ChecksField(
        _l("What it may do"),
        [DataRequired(_l("Choose at least one thing that the token may do."))],
        choices=lambda: choices(_scopes()),
    )
    lasts = RadioField(
        _l("How long it lasts"),
        [DataRequired(_l("Choose how long the token lasts."))],
        choices=lambda: choices(_lifetimes()),
        default=str(USUAL),
        description=_l(
            "We write to you a week before it ends. A token without an end opens your shop’s data "
            "to whoever finds it, for years."
        ),
    )

    @classmethod
    def fresh(cls) -> TokenForm:
        """An empty form with a key of its own."""
        empty = {
            "once": secrets.token_urlsafe(24),
            "scopes": [Scope.PAYMENTS_READ.value],
        }
        return cls(data=empty, meta={"currency": None})

    def wanted(self) -> NewToken:
        """What was asked for; after the form was found right."""
        return NewToken(
            name=cast("str", self.name.data),
            scopes=frozenset(Scope(word) for word in self.scopes.data or ()),
            lasts=int(cast("str", self.lasts.data)),
            form=cast("str", self.once.data),
        )
