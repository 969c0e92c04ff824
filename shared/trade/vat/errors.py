"""What can be wrong with a VAT number or a rate, in sentences."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid


class BadVatNumber(Invalid):
    """It is no VAT number of that country: another country's, another shape, or a check digit that
    does not fit.
    """

    code = "bad_vat_number"
    default = "That is no VAT number that we know. Check each sign, or leave it empty."


class BadRate(Invalid):
    """A rate that nobody published: nothing, not a number, or of a currency with itself."""

    code = "bad_rate"
    default = "Enter a rate such as 7.4604."


class RegistrationChanged(Conflict):
    """What the operator looked at is no longer what the vendor states."""

    code = "registration_changed"
    default = "The vendor has changed this in the meantime. Please look at it again."


class UnlikelyRate(BadRate):
    """A rate that is far from the last of the same pair: typed wrong, or a currency that fell."""

    code = "unlikely_rate"
