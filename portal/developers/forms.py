"""What a new API token is called."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from shared.web.forms import MarketForm


class TokenForm(MarketForm):
    """A name to recognise the token by."""

    name = StringField(
        "Name", [DataRequired("Give the token a name, such as the program that uses it."), Length(max=80)]
    )
