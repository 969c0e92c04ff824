"""Money, days, numbers and countries as each language writes them; English as it always was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_datetime

from shared.core import formats
from shared.core.locales import LANGUAGES, gettext, ngettext, speak, speaking
from shared.core.money import Money

AT = datetime(2026, 11, 3, 14, 5, tzinfo=UTC)
WRITTEN = {
    "en": [
        "−€1,204.30",
        "DKK 349.00",
        "¥4,990",
        "1,204",
        "2.5%",
        "3 Nov",
        "3 Nov 2026",
        "3 November 2026",
        "Tue 3 Nov",
        "DKK or EUR",
        "Germany",
        "4th quarter 2026",
    ],
    "de": [
        "−1.204,30 €",
        "349,00 DKK",
        "4.990 ¥",
        "1.204",
        "2,5 %",
        "3. Nov.",
        "3. Nov. 2026",
        "3. November 2026",
        "Di. 3. Nov.",
        "DKK oder EUR",
        "Deutschland",
        "4. Quartal 2026",
    ],
    "fr": [
        "−1 204,30 €",
        "349,00 DKK",
        "4 990 JPY",
        "1 204",
        "2,5 %",
        "3 nov.",
        "3 nov. 2026",
        "3 novembre 2026",
        "mar. 3 nov.",
        "DKK ou EUR",
        "Allemagne",
        "4e trimestre 2026",
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_writes_its_own_way(language: str) -> None:
    """Spaces that do not break are spaces here."""
    with speaking(language):
        told = [
            formats.money(Money(-120430, "EUR")),
            formats.money(Money(34900, "DKK")),
            formats.money(Money(4990, "JPY")),
            formats.number(1204),
            formats.percent(Decimal("2.50")),
            formats.day(AT, with_year=False),
            formats.day(AT, with_year=True),
            formats.written_day(AT),
            formats.day_of_week(AT),
            formats.listed_or(["DKK", "EUR"]),
            formats.country("de"),
            formats.quarter_and_year(date(2026, 10, 1)),
        ]

    assert [" ".join(each.split()) for each in told] == WRITTEN[language]


@pytest.mark.parametrize(
    ("count", "said", "in_german"),
    [
        (1, "1 byte", "1 Byte"),
        (999, "999 bytes", "999 Bytes"),
        (1000, "1 KB", "1 KB"),
        (999_499, "999 KB", "999 KB"),
        (999_500, "1 MB", "1 MB"),
        (4_500_000, "4.5 MB", "4,5 MB"),
        (10_000_000, "10 MB", "10 MB"),
    ],
)
def test_sizes_are_said_as_people_say_them(
    count: int, said: str, in_german: str
) -> None:
    """In thousands."""
    assert formats.size(count) == said
    with speaking("de"):
        assert formats.size(count) == in_german


def test_a_title_begins_small_in_a_sentence() -> None:
    """But where its first word has a capital of its own."""
    assert formats.begun_small("Your passport") == "your passport"
    with speaking("de"):
        assert formats.begun_small("Ihr Reisepass") == "Ihr Reisepass"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_stored_and_sent_follows_no_language(language: str) -> None:
    """`str(Money)` is for logs, keys and Stripe."""
    with speaking(language):
        assert str(Money(120430, "EUR")) == "€1,204.30"


def test_a_sentence_without_a_translation_is_said_in_english() -> None:
    """And a percent sign is one where nothing is filled in."""
    with speaking("de"):
        assert gettext("100% of nobody's words") == "100% of nobody's words"
        assert (
            ngettext("%(num)s thing of nobody", "%(num)s things of nobody", 2)
            == "2 things of nobody"
        )


def test_only_what_we_speak_is_spoken() -> None:
    """A stored language that was taken off the list is English; a programmer's is an error."""
    with speaking("tlh"):
        assert gettext("today") == "today"
    with pytest.raises(ValueError, match="tlh"):
        speak("tlh")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["UTC", "Europe/Luxembourg", "Asia/Kolkata"])
def test_times_are_written_as_the_language_writes_them(
    language: str, name: str
) -> None:
    """By Babel, which works each out anew; also a second before and after midnight and in the hour
    that is there twice.
    """
    zone = ZoneInfo(name)
    moments = [
        datetime(2026, 1, 5, 0, 0, 9, tzinfo=zone),
        datetime(2026, 12, 31, 23, 59, 59, tzinfo=zone),
        datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=1),
        datetime(999, 7, 4, 12, 3, 4, tzinfo=zone),
    ]
    with speaking(language):
        locale = formats.locale()
        whole = f"{formats._WHOLE[language]}, HH:mm:ss"
        for at in [*moments, *moments]:
            exact = format_datetime(at, whole, tzinfo=zone, locale=locale)
            short = format_datetime(at, "HH:mm", tzinfo=UTC, locale=locale)
            assert formats.exact_time(at) == exact
            assert formats.time(at, UTC) == short


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_one_minus(language: str) -> None:
    """Of amounts, numbers and percentages alike; what machines read keeps the hyphen."""
    taken = Money(-4_990, "EUR")
    with speaking(language):
        said = (
            formats.money(taken),
            formats.number(-1_204),
            formats.number(Decimal("-0.5")),
            formats.percent(Decimal(-16)),
        )
    for each in said:
        assert each.startswith("−")
        assert "-" not in each
    assert str(taken.to_decimal()) == "-49.90"
