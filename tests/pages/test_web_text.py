"""What templates write and what logs must not: filters, scrubbing, safe ways back."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core import clock
from shared.core.money import Money
from shared.entrypoints.web import filters
from shared.entrypoints.web.kit import safe_next
from shared.entrypoints.web.observability import LineFormatter, PlainFormatter, scrub


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Money(4990, "EUR"), "€49.90"),
        (Money(0, "EUR"), "€0.00"),
        (Money(123456789, "USD"), "$1,234,567.89"),
        (Money(-500, "EUR"), "−€5.00"),
        (Money(1500, "JPY"), "¥1,500"),
        (Money(1230, "KWD"), "KWD 1.230"),
        (Money(34900, "DKK"), "DKK 349.00"),
    ],
)
def test_money_is_written_with_its_currencys_own_decimals(
    value: Money, text: str
) -> None:
    """Zero- and three-decimal currencies included."""
    assert filters.money(value).replace("\N{NO-BREAK SPACE}", " ") == text


NOW = datetime(2026, 11, 23, 14, 5, 9, tzinfo=UTC)


def text_of(markup: str) -> str:
    """What is read of a piece of HTML."""
    return re.sub("<[^>]+>", "", markup)


@pytest.mark.parametrize(
    ("at", "moment", "day"),
    [
        (NOW, "today, 14:05 UTC", "today"),
        (NOW - timedelta(hours=15), "yesterday, 23:05 UTC", "yesterday"),
        (NOW + timedelta(hours=10), "tomorrow, 00:05 UTC", "tomorrow"),
        (NOW - timedelta(days=20), "3 Nov, 14:05 UTC", "3 Nov"),
        (NOW - timedelta(days=365), "23 Nov 2025, 14:05 UTC", "23 Nov 2025"),
        (NOW.astimezone(timezone(timedelta(hours=13))), "today, 14:05 UTC", "today"),
    ],
)
def test_times_are_written_as_people_say_them(
    at: datetime, moment: str, day: str
) -> None:
    """Near days by name, the year only where it is another one."""
    with clock.use(lambda: NOW):
        assert text_of(filters.moment(at)) == moment
        assert text_of(filters.day(at)) == day


def test_a_time_carries_its_exact_self() -> None:
    """On hover and for machines; and it is markup already, so that no template escapes it."""
    with clock.use(lambda: NOW):
        for markup in (filters.moment(NOW), filters.day(NOW)):
            assert hasattr(markup, "__html__")
            assert (
                'datetime="2026-11-23T14:05:09Z" title="Monday 23 November 2026, 14:05:09 UTC"'
                in markup
            )
        assert (
            filters.day(NOW.date())
            == '<time datetime="2026-11-23" title="Monday 23 November 2026">today</time>'
        )


def test_rates_and_countries_read_plainly() -> None:
    """Rates lose needless zeros."""
    assert filters.percent(Decimal("2.50")) == "2.5%"
    assert filters.country("lu") == "Luxembourg"
    assert filters.country("??") == "??"


SECRETS = [
    "pi_3Abc_secret_XyZ123",
    "seti_1A_secret_Q9",
    "sk_test_markethall",
    "rk_live_51HabcDEF",
    "whsec_markethall_platform_stand_in",
    "mhs_" + "a" * 32,
    "mht_" + "B-" * 16,
    "co_" + "x1_" * 10,
    "ba_" + "y" * 32,
    "v1=" + "0f" * 32,
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "failed for {} here",
        '{{"client_secret": "{}"}}',
        "GET /shop/orders/{}?x=1",
    ],
)
def test_no_line_of_the_log_holds_a_secret(secret: str, line: str) -> None:
    """Client secrets, keys, tokens and signatures are cut out wherever they stand."""
    assert secret not in scrub(line.format(secret))


HOSTILE = "wrong\r\n12:00:00 error all is lost\x1b[2J\u2028\x85"


@pytest.mark.parametrize("formatter", [LineFormatter(), PlainFormatter()])
def test_a_line_of_the_log_stays_one_line(formatter: logging.Formatter) -> None:
    """Whatever somebody sent: no line of their own, nothing that moves a terminal's cursor."""
    record = logging.LogRecord(
        "x", logging.WARNING, "", 0, "said %r and %s", (HOSTILE, HOSTILE), None
    )
    record.fields = {"who": HOSTILE}
    line = formatter.format(record)
    assert line.isprintable()
    assert line.count("all is lost") == 3


def test_times_in_the_log_are_of_utc() -> None:
    """Wherever the machine stands: the offset stands with the time."""
    record = logging.LogRecord("x", logging.WARNING, "", 0, "said", None, None)
    record.created = NOW.timestamp()
    assert (
        json.loads(LineFormatter().format(record))["at"]
        == "2026-11-23T14:05:09.000+00:00"
    )


def test_onboarding_links_passwords_and_database_logins_are_cut_out() -> None:
    """Single-use links open an account's pages; addresses may carry logins."""
    assert "8WkQ" not in scrub("https://connect.stripe.com/setup/e/acct_1/8WkQx")
    assert "hunter22" not in scrub("password=hunter22&x=1")
    for scheme in (
        "postgres",
        "postgresql",
        "asyncpg",
        "redis",
        "rediss",
        "smtp",
        "smtp+tls",
        "smtps",
        "https",
    ):
        assert "geheim" not in scrub(
            f"cannot reach {scheme}://shop:geheim@db/markethall"
        )
    assert "abcdefghijkl" not in scrub("Authorization: Bearer abcdefghijkl")


def test_ordinary_lines_stay_as_they_are() -> None:
    """Scrubbing must not eat what keepers need: ids, routes, statuses."""
    line = "POST /vendor/login 422 order MH-7KQ2-9FXD pi_3Abc acct_1Nv evt_1 members:7"
    assert scrub(line) == line


@pytest.mark.parametrize(
    "text", ["/vendor/admin", "/vendor/admin/orders?page=2", "/a/b#c"]
)
def test_a_path_of_ours_is_a_safe_way_back(text: str) -> None:
    """Where somebody was before they had to sign in."""
    assert safe_next(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "/\n/evil",
        "/a\tb",
        "/" + "a" * 2000,
    ],
)
def test_anything_else_is_no_way_back(text: str | None) -> None:
    """No open redirect: whole addresses, double slashes, backslashes, control characters."""
    assert safe_next(text) is None


@given(st.text(max_size=60))
def test_a_way_back_always_stays_on_this_site(text: str) -> None:
    """Whatever is typed, what comes out starts with exactly one slash."""
    back = safe_next("/" + text)
    assert back is None or (
        back.startswith("/")
        and not back.startswith(("//", "/\\"))
        and back.isprintable()
    )
