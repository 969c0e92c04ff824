"""What can go wrong here, in sentences."""

from __future__ import annotations

from shared.core.errors import Invalid
from shared.core.locales import gettext_noop as _n


class LogoNoPicture(Invalid):
    """The logo is no picture that browsers show."""

    param = "logo"
    default = _n("Choose a picture in PNG, JPEG or WebP.")


class NameLacking(Invalid):
    """The marketplace has no name."""

    param = "name"
    default = _n("Enter what the marketplace is called.")


class NameUnfit(Invalid):
    """The name would not stand in a mail's head."""

    param = "name"
    default = _n(
        "Enter a name of at most %(most)s letters, without signs such as < > @ , ;"
    )


class AddressTooLong(Invalid):
    """The postal address is longer than what is kept."""

    param = "postal_address"
    default = _n("Shorten the address.")


class BadPhone(Invalid):
    """The phone number is none."""

    param = "phone"
    default = _n("Enter a phone number such as +352 20 12 34.")


class LogoTooLarge(Invalid):
    """The logo is larger than what is kept."""

    param = "logo"
    default = _n("Choose a picture of at most %(most)s KB.")


class BadContactEmail(Invalid):
    """The address is none."""

    default = _n("Enter an email address such as hello@example.com.")


class TextLacking(Invalid):
    """A legal text is empty."""

    param = "text"
    default = _n("Enter the text.")


class TextTooLong(Invalid):
    """A legal text is longer than what is kept."""

    param = "text"
    default = _n("Shorten the text to %(most)s letters.")


class ReturnsLacking(Invalid):
    """Terms say nothing about returns."""

    param = "returns"
    default = _n("Enter what they say about returns.")


class ReturnsTooLong(Invalid):
    """What terms say about returns is longer than what is kept."""

    param = "returns"
    default = _n("Shorten it to %(most)s letters.")


class UnknownZone(Invalid):
    """There is no such time zone."""

    param = "time_zone"
    default = _n("Choose a time zone from the list.")


class DaysOutOfRange(Invalid):
    """An order counts as delivered after a day at least."""

    param = "delivered_after_days"
    default = _n("Enter a number of days from 1 to %(most)s.")


class HoursOutOfRange(Invalid):
    """Payouts wait so many hours at most."""

    param = "bank_hold_hours"
    default = _n("Enter a number of hours from 0 to %(most)s.")
