"""Who the marketplace is: its name, how to reach it, its logo.

What may stand there is decided here; pure.
"""

from __future__ import annotations

import re

from shared.core.frozen import frozen
from shared.core.typed import phone_number
from shared.trade.marketplace.errors import (
    AddressTooLong,
    BadContactEmail,
    BadPhone,
    LogoNoPicture,
    LogoTooLarge,
    NameLacking,
    NameUnfit,
)

NAME = "Markethall"  # until the operator has given it another
MOST_NAME, MOST_ADDRESS = 60, 400
MOST_LOGO = 512 * 1024
LOGO_ACCEPT = "image/png,image/jpeg,image/webp"


@frozen
class MarketIdentity:
    """What pages, mails and documents call the marketplace, and how it is reached. Empty: not told.

    `sender` is the address that mails come from; `contact_email` is where people write to.
    """

    name: str = NAME
    sender: str = ""
    contact_email: str = ""
    postal_address: str = ""
    phone: str = ""


@frozen
class ShownIdentity:
    """The identity as pages show it.

    `logo` is the digest of the marketplace's own logo, or empty.
    """

    identity: MarketIdentity = MarketIdentity()
    logo: str = ""

    @property
    def name(self) -> str:
        """What the marketplace is called."""
        return self.identity.name

    @property
    def is_named(self) -> bool:
        """Whether it has a name of its own, which our drawn logo does not show."""
        return self.identity.name != NAME


@frozen
class Picture:
    """A logo that may be shown: what it is by its first bytes, whatever it was called."""

    media_type: str
    content: bytes


def check(identity: MarketIdentity) -> None:
    """Raise Invalid, naming the field, for what cannot stand there."""
    if not identity.name.strip():
        raise NameLacking
    if (
        len(identity.name) > MOST_NAME
        or not identity.name.isprintable()
        or set(identity.name) & set('<>"@,;:\\')
    ):
        raise NameUnfit(most=MOST_NAME)
    for field, value in (
        ("sender", identity.sender),
        ("contact_email", identity.contact_email),
    ):
        if value and not re.fullmatch(r"[^@\s<>,]{1,64}@[^@\s<>,]{1,180}", value):
            raise BadContactEmail(param=field)
    if len(identity.postal_address) > MOST_ADDRESS:
        raise AddressTooLong
    if identity.phone and phone_number(identity.phone) is None:
        raise BadPhone


def picture(content: bytes) -> Picture:
    """A logo out of uploaded bytes.

    Raises Invalid for what is none of PNG, JPEG and WebP, or is too large.
    """
    if len(content) > MOST_LOGO:
        raise LogoTooLarge(most=MOST_LOGO // 1024)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Picture("image/png", content)
    if content.startswith(b"\xff\xd8\xff"):
        return Picture("image/jpeg", content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Picture("image/webp", content)
    raise LogoNoPicture
