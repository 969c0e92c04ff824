"""Amounts, whole numbers and percentages as people type and paste them. Pure.

Nobody types minor units, and nobody types like a program: a vendor writes `1,000` as the page
beside it does, pastes `1.204,30 €` out of a bank's statement, or `1’204.30` out of a Swiss one.
What can be read in one way only is read; what can be read in two is asked about and never guessed;
precision is judged by the digits that were typed, not by the value, since `1,000` has the value of
1.00 in a reader that takes the comma for a decimal sign. The JSON API takes none of this: there an
amount is a plain decimal string (`Money.parse`).
"""

from __future__ import annotations

import re
from decimal import Decimal

from shared.core import formats
from shared.core.currency_signs import is_sign_of, is_sign_of_any
from shared.core.errors import Invalid
from shared.core.frozen import frozen
from shared.core.locales import current
from shared.core.locales import gettext as _
from shared.core.money import MAX_AMOUNT, WHOLE_UNITS_ONLY, Money, decimals, step
from shared.core.typed import plain

# Decimal signs of the languages that forms are offered in. Each takes either sign where only one
# reading is possible.
DECIMAL_SIGNS = {"en": ".", "fr": ",", "de": ","}
LONGEST = 60  # signs; the largest amount with its currency, in every spelling, is half as long
MAX_WHOLE = 2**53

_APOSTROPHES = re.compile(
    "[\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}\N{PRIME}\N{ACUTE ACCENT}`]"
)
_GROUPED = r"[1-9][0-9]{0,2}(?:(?P<group>[ '.,])[0-9]{3})(?:(?P=group)[0-9]{3})*"
_INDIAN = r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
_THOUSANDS = re.compile(rf"{_GROUPED}|{_INDIAN}")
_DECIMAL = re.compile(
    rf"(?P<whole>{_GROUPED}|{_INDIAN}|[0-9]*)(?P<sign>[.,])(?P<fraction>[0-9]*)"
)
# `49,-` and `49.–` are how prices without cents are written from Denmark to Switzerland.
_NO_CENTS = re.compile(r"(?<=[0-9])[.,] ?-{1,2}(?=[^0-9]*\Z)")
_BETWEEN_DIGITS = re.compile(r"[0-9][ .,']*-[ .,']*[0-9]")
_WITH_UNIT = re.compile(
    r"(?P<before>[^0-9]*)(?P<number>[0-9][0-9 .,']*)(?P<after>[^0-9]*)"
)


@frozen
class _Number:
    """Digits before and behind the decimal sign, as typed; `other` is the second reading, where
    there is one.
    """

    whole: str
    fraction: str = ""
    other: _Number | None = None


class _Unreadable(ValueError):
    """No number at all; the caller knows what to ask for."""


def read_amount(text: str, currency: str, locale: str = "en") -> Money:
    """The amount that `text` says in major units, in `currency`; negative ones too.

    `locale` (en, fr or de) decides about one separator with three digits behind it where the
    currency has three decimals. Raises Invalid, with a sentence for the person who typed it: no
    number, more decimals than the currency has, another currency's sign, or two possible readings,
    which are named. Whether it can be paid is for `payable` to say: a balance that a page shows may
    be larger, or less than nothing.
    """
    code = currency.upper()
    digits = decimals(code)
    try:
        negative, bare = _without_minus(_spelled(text))
        number = _read_number(_without_unit(bare, code), digits, _decimal_sign(locale))
    except _Unreadable:
        raise Invalid(
            _("Enter an amount such as %(example)s.", example=_example(code, locale))
        ) from None
    if number.other is not None:
        readings = [_written(one, digits, locale) for one in (number.other, number)]
        raise Invalid(
            _(
                "Did you mean %(one)s or %(other)s?",
                one=readings[0],
                other=readings[1],
            )
        )
    if len(number.fraction) > digits:
        raise Invalid(_too_precise(code))
    minor = int(number.whole + number.fraction.ljust(digits, "0"))
    return Money(-minor if negative else minor, code)


def payable(money: Money) -> Money:
    """`money`, when it can be paid: not negative, not above what Stripe takes, in its currency's
    steps. Raises Invalid.
    """
    code = money.currency
    if money.amount < 0:
        raise Invalid(_("Enter an amount that is not negative."))
    if money.amount > MAX_AMOUNT:
        most = Money(MAX_AMOUNT // step(code) * step(code), code)
        raise Invalid(
            _("That is too large. The most is %(amount)s.", amount=_said(most))
        )
    if money.amount % step(code):
        whole = code in WHOLE_UNITS_ONLY
        raise Invalid(
            _("%(code)s is paid in whole units only.", code=code)
            if whole
            else _("The last decimal of %(code)s has to be 0.", code=code)
        )
    return money


def write_amount(money: Money, locale: str = "en") -> str:
    """What stands in a field that is edited: no sign, no thousands, as `read_amount` takes it in
    the same locale.
    """
    return str(money.to_decimal()).replace(".", _decimal_sign(locale))


def read_whole(text: str, locale: str = "en") -> int:
    """The whole number that `text` says: `1,000`, `1.000` and `1 000` are a thousand.

    Raises Invalid.
    """
    try:
        negative, bare = _without_minus(_spelled(text))
        number = _read_number(bare, 0, _decimal_sign(locale))
    except _Unreadable:
        raise Invalid(_("Enter a whole number.")) from None
    if number.fraction:
        raise Invalid(_("Enter a whole number."))
    value = int(number.whole)
    if value > MAX_WHOLE:
        raise Invalid(_("That number is too large."))
    return -value if negative else value


def read_percentage(text: str) -> Decimal:
    """The percentage that `text` says, with at most two decimals: `2,5`, `2.5 %`.

    Nobody's has thousands. Raises Invalid.
    """
    try:
        negative, bare = _without_minus(_spelled(text))
        number = _read_decimal(bare.strip("%٪ "))
    except _Unreadable:
        raise Invalid(
            _(
                "Enter a percentage such as %(example)s.",
                example="2.5".replace(".", _decimal_sign(current())),
            )
        ) from None
    if len(number.fraction) > 2:
        raise Invalid(_("Enter at most two decimals."))
    value = Decimal(f"{number.whole or '0'}.{number.fraction or '0'}")
    return -value if negative else value


def _spelled(text: str) -> str:
    """In plain signs, without spaces around separators, and `49,-` as `49`."""
    if len(text) > LONGEST:
        raise _Unreadable
    found = _APOSTROPHES.sub("'", plain(_APOSTROPHES.sub("'", text)))
    return _NO_CENTS.sub("", re.sub(r"(?<=[0-9]) ?([.,']) ?(?=[0-9])", r"\1", found))


def _without_minus(text: str) -> tuple[bool, str]:
    """Whether it is less than nothing, and the rest: `-€5`, `€-5`, `5-`, `5 € -` and a bookkeeper's
    `(5)`.
    """
    if text.startswith("(") and text.endswith(")"):
        inner = text[1:-1].strip()
        if "-" in inner:
            raise _Unreadable
        return True, inner
    if text.count("-") > 1 or _BETWEEN_DIGITS.search(text):
        raise _Unreadable
    bare = " ".join(text.replace("-", " ").split())
    return "-" in text, bare.removeprefix("+").strip()


def _without_unit(text: str, currency: str) -> str:
    """The number alone, after a sign or code of this currency on either side was taken off.

    Raises Invalid for another's.
    """
    found = _WITH_UNIT.fullmatch(text)
    if found is None:
        raise _Unreadable
    before, number, after = (
        part.strip() for part in found.group("before", "number", "after")
    )
    if before and before[-1] in ".," and not is_sign_of(before, currency):
        before, number = before[:-1].strip(), before[-1] + number  # `€ .50`
    for unit in (before, after):
        if unit and not is_sign_of(unit, currency):
            raise _foreign(unit, currency)
    return number


def _read_number(text: str, digits: int, decimal_sign: str) -> _Number:
    """Digits and separators, read by what they can mean where a number has at most `digits`
    decimals.
    """
    if re.fullmatch(r"[0-9]+", text):
        return _Number(text)
    thousands = (
        _Number(re.sub(r"[^0-9]", "", text)) if _THOUSANDS.fullmatch(text) else None
    )
    try:
        decimal = _read_decimal(text)
    except _Unreadable:
        decimal = None
    if thousands is None and decimal is None:
        raise _Unreadable
    if thousands is None or decimal is None:
        return decimal or thousands  # type: ignore[return-value]  # one of them is there
    if digits < 3:
        return thousands
    return (
        decimal
        if decimal_sign in text
        else _Number(decimal.whole, decimal.fraction, other=thousands)
    )


def _read_decimal(text: str) -> _Number:
    """Digits with at most one decimal sign, whichever of the two it is."""
    if re.fullmatch(r"[0-9]+", text):
        return _Number(text)
    found = _DECIMAL.fullmatch(text)
    if (
        found is None
        or found["sign"] in found["whole"]
        or not (found["whole"] or found["fraction"])
    ):
        raise _Unreadable
    return _Number(
        re.sub(r"[^0-9]", "", found["whole"]),
        found["fraction"],
    )


def _too_precise(code: str) -> str:
    digits = decimals(code)
    most = {
        0: _("it has none"),
        2: _("at most two"),
        3: _("at most three"),
    }[digits]
    return _(
        "%(code)s does not have that many decimals: %(most)s.", code=code, most=most
    )


def _said(money: Money) -> str:
    """As a page in the language spoken here writes it."""
    return formats.money(money)


def _decimal_sign(locale: str) -> str:
    return DECIMAL_SIGNS[locale.replace("-", "_").partition("_")[0].lower()]


def _example(code: str, locale: str) -> str:
    if code in WHOLE_UNITS_ONLY or not decimals(code):
        return "4990"
    return write_amount(
        Money(499 * 10 ** (decimals(code) - 1), code),
        locale,
    )


def _written(number: _Number, digits: int, locale: str) -> str:
    """As the locale writes it, to be typed again: `1,500.000`."""
    sign = _decimal_sign(locale)
    whole = f"{int(number.whole):,}".replace(",", "," if sign == "." else ".")
    return f"{whole}{sign}{number.fraction.ljust(digits, '0')}"


def _foreign(unit: str, currency: str) -> Exception:
    """What is wrong with a unit: another currency's, which is said, or no currency's at all."""
    if is_sign_of_any(unit):
        return Invalid(
            _(
                "This amount is in %(currency)s, and %(unit)s stands for another currency.",
                currency=currency,
                unit=unit,
            )
        )
    return _Unreadable()
