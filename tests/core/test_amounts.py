"""Amounts as people type them: what a page prints is read back, what can mean two things is asked
about, nothing is guessed.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel import Locale
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol
from hypothesis import given
from hypothesis import strategies as st

from shared.core import formats
from shared.core.amounts import (
    payable,
    read_amount,
    read_percentage,
    read_whole,
    write_amount,
)
from shared.core.errors import Invalid
from shared.core.locales import speaking
from shared.core.money import MAX_AMOUNT, Money, decimals
from shared.sandbox.currencies import CURRENCIES as AT_STRIPE
from shared.trade.vendors.countries import CURRENCIES as SOLD_IN

LANGUAGES = ("en", "fr", "de")
CURRENCIES = [code.upper() for code in AT_STRIPE]
NO_CURRENCY = "¤"
CODES = sorted(map(str, Locale.parse("en").currencies))
ALL = [code for code in CODES if get_currency_symbol(code, locale="en") != NO_CURRENCY]
amounts = st.integers(-MAX_AMOUNT * 1000, MAX_AMOUNT * 1000)


@given(st.sampled_from(ALL), amounts)
def test_what_our_pages_print_is_read_back(currency: str, minor: int) -> None:
    """On pages and in mails, in PDFs (without a currency, with a real minus sign), in CSVs, in a
    field that is edited.
    """
    money = Money(minor, currency)
    pdf = f"{money.to_decimal():,}".replace("-", "\N{MINUS SIGN}")
    for printed in (
        str(money),
        pdf,
        str(money.to_decimal()),
        f"{money.to_decimal()} {currency}",
        write_amount(money),
    ):
        assert read_amount(printed, currency) == money, printed


def printed(minor: int, currency: str, language: str) -> tuple[str, Money]:
    """An amount as CLDR writes it; a whole one where CLDR leaves the hundredths away that Stripe
    counts in.
    """
    left_away = max(decimals(currency) - get_currency_precision(currency), 0)
    money = Money(minor * 10**left_away, currency)
    return format_currency(money.to_decimal(), currency, locale=language), money


def read_or_asked(text: str, currency: str, language: str = "en") -> Money | str:
    """The amount, or the sentence that was said instead."""
    try:
        return read_amount(text, currency, language)
    except Invalid as error:
        return error.message


@given(st.sampled_from(CURRENCIES), st.sampled_from(LANGUAGES), amounts)
def test_what_any_language_prints_is_read_back(
    currency: str, language: str, minor: int
) -> None:
    """As CLDR writes it in English, French and German, with the signs, spaces and separators of
    each.
    """
    text, money = printed(minor, currency, language)
    assert read_amount(text, currency, language) == money, text
    assert read_amount(write_amount(money, language), currency, language) == money
    with speaking(language):
        assert read_amount(formats.money(money), currency, language) == money


@given(
    st.sampled_from(CURRENCIES),
    st.sampled_from(LANGUAGES),
    st.sampled_from(LANGUAGES),
    amounts,
)
def test_another_languages_print_is_the_same_or_asked_about(
    currency: str, here: str, there: str, minor: int
) -> None:
    """Pasted from a page in another language: never another amount."""
    text, money = printed(minor, currency, there)
    for pasted in (text, write_amount(money, there)):
        read = read_or_asked(pasted, currency, here)
        asked = decimals(currency) == 3 and str(read).startswith("Did you mean")
        assert read == money or asked, pasted


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("1,000", "EUR", 100_000),
        ("1.000", "EUR", 100_000),
        ("2,500", "EUR", 250_000),
        ("1.000.000", "EUR", 100_000_000),
        ("12,500", "HUF", 1_250_000),
        ("12.500", "HUF", 1_250_000),
        ("12,000", "JPY", 12_000),
        ("12.000", "JPY", 12_000),
        ("1.005", "JPY", 1_005),
        ("€1,204.30", "EUR", 120_430),
        ("1.204,30 €", "EUR", 120_430),
        ("1 204,30", "EUR", 120_430),
        ("1\u00a0204,30\u00a0€", "EUR", 120_430),
        ("1\u202f204,30\u202fEUR", "EUR", 120_430),
        ("1\u2009204.30", "EUR", 120_430),
        ("1’204.30", "CHF", 120_430),
        ("1'204", "CHF", 120_400),
        ("CHF 1’204.–", "CHF", 120_400),
        ("49,-", "DKK", 4_900),
        ("1.204,30 kr.", "DKK", 120_430),
        ("kr.50", "DKK", 5_000),
        ("EUR .50", "EUR", 50),
        ("49,9", "EUR", 4_990),
        ("49.", "EUR", 4_900),
        ("4990 Ft", "HUF", 499_000),
        ("49 zł", "PLN", 4_900),
        ("$49.90", "CAD", 4_990),
        ("CA$49.90", "CAD", 4_990),
        ("1,00,000", "INR", 10_000_000),
        ("F CFA 1 204", "XOF", 1_204),
        ("４９．９０", "EUR", 4_990),
        ("１２，０００", "JPY", 12_000),
        ("٤٩", "EUR", 4_900),
        ("−49.90", "EUR", -4_990),
        ("€ –5", "EUR", -500),
        ("5 €-", "EUR", -500),
        ("(1,204.30)", "EUR", -120_430),
        ("1.500", "KWD", 1_500),
        ("1,500.000", "KWD", 1_500_000),
        ("1.500,000", "KWD", 1_500_000),
        ("1 500", "KWD", 1_500_000),
        ("1,50", "KWD", 1_500),
        ("0,500", "KWD", 500),
        ("1234,500", "KWD", 1_234_500),
        ("1 204,500", "KWD", 1_204_500),
        ("1,500,000", "KWD", 1_500_000_000),
    ],
)
def test_is_read_as_it_was_meant(typed: str, currency: str, minor: int) -> None:
    """Signs, codes and spaces off; both separators: the last is the decimal one; groups of three
    are thousands.
    """
    assert read_amount(typed, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("typed", "language", "question"),
    [
        ("1,500", "en", "Did you mean 1,500.000 or 1.500?"),
        ("1.500", "fr", "Did you mean 1.500,000 or 1,500?"),
        ("12.500 KWD", "de", "Did you mean 12.500,000 or 12,500?"),
    ],
)
def test_two_readings_are_asked_about(typed: str, language: str, question: str) -> None:
    """Three decimals, and the sign that is not this language's: both answers to the question can be
    typed as they stand.
    """
    with pytest.raises(Invalid, match=question.replace("?", r"\?")):
        read_amount(typed, "KWD", language)
    answers = question.removeprefix("Did you mean ").rstrip("?").split(" or ")
    more, less = (read_amount(answer, "KWD", language) for answer in answers)
    assert more.amount == less.amount * 1000


@pytest.mark.parametrize(
    ("typed", "currency", "said"),
    [
        ("", "EUR", "such as 49.90"),
        ("lots", "EUR", "such as 49.90"),
        ("lots", "JPY", "such as 4990"),
        ("lots", "KWD", "such as 49.900"),
        ("1_000", "EUR", "such as 49.90"),
        ("1e3", "EUR", "such as 49.90"),
        ("0x10", "EUR", "such as 49.90"),
        ("NaN", "EUR", "such as 49.90"),
        ("10²", "EUR", "such as 49.90"),
        ("½", "EUR", "such as 49.90"),
        ("10-20", "EUR", "such as 49.90"),
        ("--5", "EUR", "such as 49.90"),
        ("12 34", "EUR", "such as 49.90"),
        ("1,20,3", "EUR", "such as 49.90"),
        ("1,204,30", "EUR", "such as 49.90"),
        ("1.204.30", "EUR", "such as 49.90"),
        ("1,204 500.00", "EUR", "such as 49.90"),
        ("٤٩٫٩٠", "EUR", "such as 49.90"),
        ("." * 40, "EUR", "such as 49.90"),
        ("1" * 61, "EUR", "such as 49.90"),
        ("$49.90", "EUR", "$ stands for another currency"),
        ("49.90 USD", "EUR", "USD stands for another currency"),
        ("CA$49.90", "USD", "CA$ stands for another currency"),
        ("49 kr", "EUR", "kr stands for another currency"),
        ("0.005", "EUR", "EUR does not have that many decimals"),
        ("1,204.300", "EUR", "EUR does not have that many decimals"),
        ("1234.000", "EUR", "EUR does not have that many decimals"),
        ("12.00", "JPY", "JPY does not have that many decimals"),
        ("1.2345", "KWD", "KWD does not have that many decimals"),
    ],
)
def test_what_is_no_amount_is_told_so(typed: str, currency: str, said: str) -> None:
    """A sentence each; precision is judged by the digits that were typed."""
    with pytest.raises(Invalid) as caught:
        read_amount(typed, currency)
    assert said in caught.value.message


@given(
    st.text(max_size=80) | st.from_regex(r"[-−(€$ ]{0,3}[0-9., '’]{1,20}[-)€ ]{0,3}"),
    st.sampled_from(CURRENCIES),
)
def test_any_text_is_an_amount_or_a_sentence(text: str, currency: str) -> None:
    """Nothing else is raised, and what is read has the digits that were typed, in their order."""
    read = read_or_asked(text, currency)
    if isinstance(read, str):
        assert read.endswith((".", "?"))
        return
    assert str(abs(read.amount)).rstrip("0") in "".join(
        str(int(c)) for c in text if c.isdecimal()
    )


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (-1, "EUR", "not negative"),
        (MAX_AMOUNT + 1, "EUR", "The most is €999,999.99"),
        (150, "ISK", "whole units"),
        (1_001, "KWD", "last decimal"),
    ],
)
def test_what_cannot_be_paid_is_told_so(minor: int, currency: str, said: str) -> None:
    """Less than nothing, more than Stripe takes, between the steps of a currency."""
    with pytest.raises(Invalid) as caught:
        payable(Money(minor, currency))
    assert said in caught.value.message


@pytest.mark.parametrize("currency", [*SOLD_IN, "JPY", "KWD", "ISK"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_can_be_typed(currency: str, language: str) -> None:
    """What we suggest is itself taken."""
    with pytest.raises(Invalid) as caught:
        read_amount("?", currency, language)
    example = caught.value.message.removeprefix(
        "Enter an amount such as "
    ).removesuffix(".")
    assert payable(read_amount(example, currency, language)).amount > 0


@given(st.integers(-(10**9), 10**9))
def test_whole_numbers_are_read_with_thousands(number: int) -> None:
    """As the pages of each language group them."""
    for thousands in (",", ".", " ", "\u202f", "’", ""):
        assert read_whole(f"{number:,}".replace(",", thousands)) == number


@pytest.mark.parametrize(
    "typed",
    [
        "1.5",
        "1,50",
        "many",
        "1e3",
        "1_000",
        "",
        "٤٫٥",
        "5 €",
        "9" * 30,
        "9" * 300,
    ],
)
def test_what_is_no_whole_number_is_told_so(typed: str) -> None:
    """Nothing is rounded, nothing cut off."""
    with pytest.raises(Invalid):
        read_whole(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2,5", "2.5"),
        ("2.5 %", "2.5"),
        ("% 12", "12"),
        ("１７", "17"),
        (".25", "0.25"),
        ("-1", "-1"),
    ],
)
def test_percentages_take_either_sign(typed: str, read: str) -> None:
    """A point or a comma, with or without the sign for hundredths."""
    assert read_percentage(typed) == Decimal(read)


@pytest.mark.parametrize(
    "typed", ["1.234", "1,234", "ten", "1_0", "1e1", "NaN", "1.2.3", "", "9" * 99]
)
def test_what_is_no_percentage_is_told_so(typed: str) -> None:
    """No percentage has thousands, so three digits behind the sign are one too many."""
    with pytest.raises(Invalid):
        read_percentage(typed)
