"""What a new API token is called, what it may do, and how long it lasts."""

from __future__ import annotations

import secrets
from typing import cast

from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, Length

from shared.entrypoints.web.csrf import OPEN_TOO_LONG
from shared.entrypoints.web.forms import ChecksField, MarketForm, choices
from shared.trade.people.scopes import LIFETIMES, Scope
from shared.trade.people.tokens import NewToken

_LASTS = {0: "Until it is revoked"}
USUAL = 90


class TokenForm(MarketForm):
    """`once` is a key of this one form: sent twice, it makes one token."""

    once = HiddenField(
        validators=[
            DataRequired(OPEN_TOO_LONG),
            Length(
                min=16,
                max=64,
                message=OPEN_TOO_LONG,
            ),
        ]
    )
    name = StringField(
        "Name",
        [
            DataRequired("Give the token a name, such as the program that uses it."),
            Length(max=80),
        ],
    )
    scopes = ChecksField(
        "What it may do",
        [DataRequired("Choose at least one thing that the token may do.")],
        choices=choices((scope.value, scope.label) for scope in Scope),
    )
    lasts = RadioField(
        "How long it lasts",
        [DataRequired("Choose how long the token lasts.")],
        choices=choices(
            (
                str(days),
                _LASTS.get(days, f"{days} days"),
            )
            for days in LIFETIMES
        ),
        default=str(USUAL),
        description=(
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
