"""Second factors, pure: whose time a code is of, what was taken, how it is typed, what opens what
was sealed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import log2

import pyotp
import pytest

from shared.trade.people.factors import rules
from shared.trade.people.factors.passkeys import site_of
from shared.trade.people.factors.sealed_secrets import Unreadable, Vault

# RFC 6238, appendix B (SHA-1): the last six of its eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
codes = pyotp.TOTP(RFC_SECRET).generate_otp


@pytest.mark.parametrize(("seconds", "code"), RFC)
def test_the_codes_of_the_standard_are_taken_in_their_time(
    seconds: int, code: str
) -> None:
    """And name the step that they are of."""
    now = datetime.fromtimestamp(seconds, UTC)
    assert rules.step_of(code, now=now, taken=0, code_at=codes) == seconds // 30


@pytest.mark.parametrize(
    ("off", "taken"),
    [
        (-61, False),
        (-60, False),
        (-59, False),
        (-30, True),
        (0, True),
        (30, True),
        (60, False),
        (90, False),
    ],
)
def test_a_clock_may_be_one_step_off(off: int, taken: bool) -> None:
    """Ahead or behind; two are too many."""
    at = 1_800_000_000  # the beginning of a step
    code = codes((at + off) // 30)
    now = datetime.fromtimestamp(at, UTC)
    assert (
        rules.step_of(
            code,
            now=now,
            taken=0,
            code_at=codes,
        )
        is not None
    ) is taken


def test_a_step_that_was_taken_and_all_before_it_open_nothing() -> None:
    """A code that somebody saw being typed is worth nothing; the next one is."""
    now = datetime.fromtimestamp(1_800_000_000, UTC)
    here = rules.step_at(now)
    assert rules.step_of(codes(here), now=now, taken=here, code_at=codes) is None
    assert (
        rules.step_of(
            codes(here - 1),
            now=now,
            taken=here,
            code_at=codes,
        )
        is None
    )
    assert (
        rules.step_of(
            codes(here + 1),
            now=now,
            taken=here,
            code_at=codes,
        )
        == here + 1
    )


@pytest.mark.parametrize("typed", ["287082", " 287 082 ", "２８７０８２", "287-082"])
def test_digits_are_read_as_people_type_them(typed: str) -> None:
    """With spaces, and in full width."""
    assert rules.typed_digits(typed) == "287082"


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "28708a", "x" * 60, "\0"])
def test_what_is_no_code_is_none(typed: str) -> None:
    """Nothing is looked up for it."""
    assert rules.typed_digits(typed) is None
    assert rules.typed_recovery_code(typed) is None


def test_a_recovery_code_is_read_however_it_was_written_down() -> None:
    """In small letters, in one word."""
    for code in (
        "ABCDEFGH23456789",
        "ABCDEFGH23456789JKMNPQRS",
    ):  # of before, and of now
        shown = rules.shown_recovery_code(code)
        assert shown.startswith("ABCD-EFGH-2345-6789")
        for typed in (
            shown,
            shown.lower().replace("-", " "),
            code.lower(),
        ):
            assert rules.typed_recovery_code(typed) == code


def test_a_recovery_code_has_more_bits_than_a_plain_digest_needs() -> None:
    """112 (OWASP ASVS 6.5.2); a guessing machine that reads the database finds none."""
    assert rules.CODE_LENGTH * log2(len(set(rules.CODE_LETTERS))) > 112


OLD, NEW = (
    "an old key that is long enough to be one",
    "a new key that is long enough to be one",
)


def test_what_was_sealed_opens_under_the_old_key_beside_the_new() -> None:
    """And is sealed under the new one alone from then on; without the old one it stays shut."""
    sealed = Vault((OLD,)).seal("secret", owner="member:1")
    both = Vault((NEW, OLD))

    assert both.open(sealed, owner="member:1") == "secret"
    assert (
        Vault((NEW,)).open(
            both.seal("secret", owner="member:1"),
            owner="member:1",
        )
        == "secret"
    )
    with pytest.raises(Unreadable):
        Vault((NEW,)).open(sealed, owner="member:1")
    assert "secret" not in sealed


def test_what_was_sealed_opens_for_its_owner_alone() -> None:
    """A row that was copied to somebody else opens nothing; nor does one that was changed."""
    vault = Vault((NEW,))
    sealed = vault.seal("secret", owner="member:1")
    for other, owner in (
        (sealed, "member:2"),
        (sealed[:-4] + "AAAA", "member:1"),
        ("", "member:1"),
        ("ü", "member:1"),
    ):
        with pytest.raises(Unreadable):
            vault.open(other, owner=owner)


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        ("https://market.example", "market.example"),
        ("https://market.example:8443", "market.example"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]", None),
        ("https://192.0.2.7", None),
        ("http://market.example", None),
    ],
)
def test_passkeys_are_offered_where_browsers_make_them(
    public_url: str, host: str | None
) -> None:
    """At a host name, over https or on this machine."""
    site = site_of(public_url)
    assert (site.id if site else None) == host


@pytest.mark.parametrize(
    ("production", "role", "needed"),
    [
        (True, "operator", True),
        (True, "owner", False),
        (False, "operator", False),
        (True, None, False),
    ],
)
def test_staff_need_one_in_production(
    production: bool, role: str | None, needed: bool
) -> None:
    """Before anything else; owners only before money."""
    assert rules.is_compulsory(production=production, role=role) is needed
