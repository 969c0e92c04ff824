"""What can be wrong with a VAT number or a rate, in sentences."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid
from shared.core.locales import gettext_noop as _n


class BadVatNumber(Invalid):
    """It is no VAT number of that country: another country's, another shape, or a check digit that
    does not fit.
    """

    code = "bad_vat_number"
    default = _n(
        "That is no VAT number that we know. Check each sign, or leave it empty."
    )


class OtherStatesNumber(BadVatNumber):
    """It is a number of another state than the vendor's."""

    param = "vat_number"
    default = _n(
        "That is a number of %(other)s. Yours is of %(mine)s, such as %(example)s."
    )


class NoNumberOfState(BadVatNumber):
    """It is a number of no state that we know."""

    param = "vat_number"
    default = _n(
        "That is no VAT number of %(mine)s, such as %(example)s: a sign is missing or wrong."
    )


class BadRate(Invalid):
    """A rate that nobody published: nothing, not a number, or of a currency with itself."""

    code = "bad_rate"
    default = _n("Enter a rate such as 7.4604.")


class RegistrationChanged(Conflict):
    """What the operator looked at is no longer what the vendor states."""

    code = "registration_changed"
    default = _n(
        "The vendor has changed this in the meantime. Please look at it again."
    )


class UnlikelyRate(BadRate):
    """A rate that is far from the last of the same pair: typed wrong, or a currency that fell."""

    code = "unlikely_rate"
    param = "rate"
    default = _n(
        "On %(day)s it was %(rate)s. Look again, and tick the box if it is right."
    )


class UnknownVatCountry(BadVatNumber):
    """We know no VAT numbers of that country."""

    param = "vat_number"
    default = _n("We do not know how VAT numbers of that country look.")


class SameCurrency(BadRate):
    """A rate is between two currencies."""

    param = "quote"
    default = _n("Choose two currencies.")


class RateTooExact(BadRate):
    """A rate has at most so many digits after the point."""

    param = "rate"
    default = _n("At most %(most)s digits after the point.")


class SourceLacking(Invalid):
    """Nobody published the rate."""

    param = "source"
    default = _n("Say who published it.")


class RateOfTomorrow(BadRate):
    """Nobody knows that day's rate."""

    param = "day"
    default = _n("That day is still to come.")


class RateKnown(BadRate):
    """The pair has a rate of that day."""

    param = "base"
    default = _n("There is a rate of that day already: 1 %(quote)s in %(base)s.")


class RateAmbiguous(BadRate):
    """A comma could stand between thousands."""

    param = "rate"
    default = _n("Write the rate with a point, such as 1.085.")


class NumberLacking(Invalid):
    """A business of the Union is proved by its number alone."""

    param = "proof"
    default = _n(
        "The vendor has stated no VAT number. Inside the EU nothing else will do."
    )


class ProofLacking(Invalid):
    """A number is confirmed by nothing."""

    param = "proof"
    default = _n("Say what you looked at, such as VIES and the day.")


class RefusalReasonLacking(Invalid):
    """A number is refused without a reason."""

    param = "reason"
    default = _n("Say why, so that the vendor can mend it.")


class WordsTooLong(Invalid):
    """What staff writes is longer than what is kept."""

    default = _n("At most %(most)s characters.")


class NumberWrong(BadVatNumber):
    """The stated number has a wrong digit."""

    param = "proof"
    default = _n("%(number)s cannot be right: the vendor has to mend it first.")
