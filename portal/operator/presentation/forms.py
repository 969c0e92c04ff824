"""The marketplace's name, logo and legal texts, as the operator fills them in."""

from __future__ import annotations

from wtforms import BooleanField, FileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.typed import MOST_PHONE, plain
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import MarketForm, email_address
from shared.trade.marketplace.identity import (
    MOST_ADDRESS,
    MOST_LOGO,
    MOST_NAME,
    MarketIdentity,
)
from shared.trade.marketplace.legal import MOST_RETURNS, MOST_TEXT


class IdentityForm(Edited):
    """Name and contact."""

    name = StringField(
        _l("Name"),
        [
            InputRequired(_l("Enter what the marketplace is called.")),
            Length(max=MOST_NAME),
        ],
        description=_l(
            "In the title of every page, in mails and in the API’s description."
        ),
    )
    sender = StringField(
        _l("Mails come from"),
        [Optional(), email_address],
        description=_l(
            "An address that your mail server may send for. Without one: no-reply@ and the host "
            "of this site."
        ),
    )
    contact_email = StringField(
        _l("Contact email"),
        [Optional(), email_address],
        description=_l("In the footer, and where answers to mails go."),
    )
    phone = StringField(_l("Phone"), [Optional(), Length(max=MOST_PHONE)])
    postal_address = TextAreaField(
        _l("Postal address"),
        [Optional(), Length(max=MOST_ADDRESS)],
        description=_l("As on a letter, with the country."),
    )

    def identity(self) -> MarketIdentity:
        """What was filled in; after the form was found right."""
        return MarketIdentity(
            name=self.name.data or "",
            sender=self.sender.data or "",
            contact_email=self.contact_email.data or "",
            postal_address=(self.postal_address.data or "").replace("\r\n", "\n"),
            phone=plain(self.phone.data or ""),
        )


class LogoForm(MarketForm):
    """A logo, or none."""

    logo = FileField(
        _l("Picture"),
        description=_l(
            "PNG, JPEG or WebP, at most %(most)s KB; wide ones fit best.",
            most=MOST_LOGO // 1024,
        ),
    )
    remove = BooleanField(
        _l("Take the logo away"), description=_l("Pages then show the name in words.")
    )


class _LongText(TextAreaField):
    max_text = MOST_TEXT


class LegalForm(Edited):
    """One legal text."""

    text = _LongText(
        _l("Text"),
        [InputRequired(_l("Enter the text."))],
        description=_l(
            "A blank line parts paragraphs; ## begins a heading, - an item of a list."
        ),
    )
    returns = TextAreaField(
        _l("What they say about returns"),
        [Optional(), Length(max=MOST_RETURNS)],
        description=_l(
            "One or two sentences; banks are told them when a payment is disputed."
        ),
    )
