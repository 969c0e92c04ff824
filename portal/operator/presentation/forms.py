"""The marketplace's name, logo and legal texts, as the operator fills them in."""

from __future__ import annotations

from wtforms import BooleanField, FileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import MarketForm, email_address
from shared.trade.marketplace.identity import (
    MOST_ADDRESS,
    MOST_LOGO,
    MOST_NAME,
    MOST_PHONE,
    MarketIdentity,
)
from shared.trade.marketplace.legal import MOST_RETURNS, MOST_TEXT


class IdentityForm(Edited):
    """Name and contact."""

    name = StringField(
        "Name",
        [InputRequired("Enter what the marketplace is called."), Length(max=MOST_NAME)],
        description="In the title of every page, in mails and in the API’s description.",
    )
    sender = StringField(
        "Mails come from",
        [Optional(), email_address],
        description=(
            "An address that your mail server may send for. Without one: no-reply@ and the host "
            "of this site."
        ),
    )
    contact_email = StringField(
        "Contact email",
        [Optional(), email_address],
        description="In the footer, and where answers to mails go.",
    )
    phone = StringField("Phone", [Optional(), Length(max=MOST_PHONE)])
    postal_address = TextAreaField(
        "Postal address",
        [Optional(), Length(max=MOST_ADDRESS)],
        description="As on a letter, with the country.",
    )

    def identity(self) -> MarketIdentity:
        """What was filled in; after the form was found right."""
        return MarketIdentity(
            name=self.name.data or "",
            sender=self.sender.data or "",
            contact_email=self.contact_email.data or "",
            postal_address=(self.postal_address.data or "").replace("\r\n", "\n"),
            phone=self.phone.data or "",
        )


class LogoForm(MarketForm):
    """A logo, or none."""

    logo = FileField(
        "Picture",
        description=f"PNG, JPEG or WebP, at most {MOST_LOGO // 1024} KB; wide ones fit best.",
    )
    remove = BooleanField(
        "Take the logo away", description="Pages then show the name in words."
    )


class _LongText(TextAreaField):
    max_text = MOST_TEXT


class LegalForm(Edited):
    """One legal text."""

    text = _LongText(
        "Text",
        [InputRequired("Enter the text.")],
        description="A blank line parts paragraphs; ## begins a heading, - an item of a list.",
    )
    returns = TextAreaField(
        "What they say about returns",
        [Optional(), Length(max=MOST_RETURNS)],
        description="One or two sentences; banks are told them when a payment is disputed.",
    )
