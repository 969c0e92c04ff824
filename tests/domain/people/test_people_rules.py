"""Addresses, passwords and who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.ids import new_nonce, sealed, unsealed
from shared.trade.people import passwords, policies
from shared.trade.people.browser_names import named
from shared.trade.people.errors import BadEmail, WeakPassword
from shared.trade.people.queries import NOBODY, Actor
from shared.trade.people.rules import (
    SESSIONS_LAST,
    check_password,
    is_near,
    normal_email,
    session_end,
    shown_email,
    stems,
)


@dataclass(frozen=True)
class Thing:
    vendor_id: int


OWNER = Actor("member", id=1, role="owner", vendor_id=7)
OPERATOR = Actor("member", id=2, role="operator")
TOKEN = Actor("token", id=3, vendor_id=7)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Ada@Example.TEST ", "ada@example.test"),
        ("a.b+c@sub.example.co", "a.b+c@sub.example.co"),
    ],
)
def test_an_address_is_stored_trimmed_and_in_lower_case(
    typed: str, stored: str
) -> None:
    """The same person is the same row however they type their address."""
    assert normal_email(typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ada@müller.de", "ada@xn--mller-kva.de"),
        ("Ada@MÜLLER.de", "ada@xn--mller-kva.de"),
        ("ada@mu\u0308ller.de", "ada@xn--mller-kva.de"),
        ("ada@xn--mller-kva.de", "ada@xn--mller-kva.de"),
        ("ａｄａ＠ｍüｌｌｅｒ．ｄｅ", "ada@xn--mller-kva.de"),
        ("ada@straße.de", "ada@xn--strae-oqa.de"),
        ("ada@пример.рф", "ada@xn--e1afmkfd.xn--p1ai"),
        ("ada@例え。jp", "ada@xn--r8jz45g.jp"),
    ],
)
def test_a_domain_in_any_script_is_stored_as_the_net_writes_it(
    typed: str, stored: str
) -> None:
    """So the same address is the same row, whether a browser encoded it or not."""
    assert normal_email(typed) == stored
    assert normal_email(shown_email(stored)) == stored


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("ada@xn--mller-kva.de", "ada@müller.de"),
        ("ada@example.test", "ada@example.test"),
        ("xn--ada@example.test", "xn--ada@example.test"),
        ("ada@xn--zz--zz.test", "ada@xn--zz--zz.test"),
    ],
)
def test_the_owner_reads_an_address_as_it_was_typed(stored: str, shown: str) -> None:
    """And one whose domain cannot be read as it stands."""
    assert shown_email(stored) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "ädä@müller.de",
        "ada@☃.net",
        "ada@ü..de",
        "ada@xn--ü.de",
        "ada@" + "ü" * 63 + ".de",
        "ada@" + "ü." * 200,
    ],
)
def test_a_domain_that_cannot_be_is_refused(typed: str) -> None:
    """Letters that no domain has, labels that are too long; other scripts before the @, which few
    servers take.
    """
    with pytest.raises(BadEmail):
        normal_email(typed)


@given(st.text(max_size=80))
def test_any_domain_is_one_or_refused(text: str) -> None:
    """Nothing but BadEmail comes out of the encoding, and the normal form is stable."""
    try:
        email = normal_email(f"ada@{text}ü.de")
    except BadEmail:
        return
    assert email.isascii()
    assert normal_email(email) == email


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "ada@",
        "@x.test",
        "a b@x.test",
        "a@x",
        "a..b@x.test",
        "a@x.test\n",
        "a@-x.test",
        "a@b@c.test",
    ],
)
def test_what_no_mail_could_reach_is_refused(typed: str) -> None:
    """Each of these would bounce; a trailing newline is trimmed away first."""
    if typed.strip() != typed and typed.strip():
        assert normal_email(typed) == typed.strip()
        return
    with pytest.raises(BadEmail):
        normal_email(typed)


@given(st.text(max_size=400))
def test_any_text_is_an_address_or_refused_and_normal_form_is_stable(text: str) -> None:
    """No text crashes the rule, and what it accepts it accepts unchanged the second time."""
    try:
        email = normal_email(text)
    except BadEmail:
        return
    assert normal_email(email) == email
    assert len(email) <= 254


@pytest.mark.parametrize(
    "password",
    ["", "short", "123456789", "aaaaaaaaaaaa", "x" * 201, "ada@example.test"],
)
def test_a_weak_password_is_refused(password: str) -> None:
    """Too short, too long, one letter again and again, or the address itself."""
    with pytest.raises(WeakPassword):
        check_password(password, email="ada@example.test")


def test_ten_different_characters_are_enough() -> None:
    """No rule about digits and capitals: length is what counts."""
    check_password("correct horse battery", email="ada@example.test")
    check_password("kcwhqjxrtb")


@pytest.mark.parametrize(
    ("who", "verb", "thing", "allowed"),
    [
        (OWNER, "edit", Thing(7), True),
        (OWNER, "edit", Thing(8), False),
        (OWNER, "set_platform_fee", Thing(7), False),
        (OPERATOR, "set_platform_fee", Thing(8), True),
        (OPERATOR, "ship", Thing(8), False),
        (TOKEN, "connect_payments", Thing(7), True),
        (TOKEN, "make_token", Thing(7), False),
        (TOKEN, "see", Thing(8), False),
        (NOBODY, "see", Thing(7), False),
        (Actor("customer", id=9), "see", Thing(7), False),
    ],
)
def test_everybody_may_touch_only_what_is_theirs(
    who: Actor, verb: str, thing: Thing, allowed: bool
) -> None:
    """Owners and tokens act on their own vendor; operators look and set the fee."""
    assert policies.may(who, verb, thing) is allowed


def test_passwords_cost_what_owasp_asks_at_least() -> None:
    """19 MiB and two passes; the tests themselves use less."""
    assert passwords.MEMORY_KIB >= 19 * 1024
    assert passwords.PASSES >= 2


@pytest.mark.parametrize(
    ("password", "stem"),
    [
        ("Passw0rd123", "passw0rd"),
        ("PASSWORD12", "password"),
        ("password2024!", "password"),
        ("monkeymonkey", "monkey"),
        ("Monkeymonkey99", "monkey"),
        ("1234567890", "1234567890"),
        ("ｐａｓｓｗｏｒｄ１２", "password"),
    ],
)
def test_a_password_is_looked_up_without_what_people_add_to_a_common_one(
    password: str, stem: str
) -> None:
    """Capitals, digits and signs at its end, saying it twice, full-width letters."""
    assert stem in stems(password)


def test_a_word_inside_a_longer_phrase_is_no_stem() -> None:
    """What the demo's people use is not "markethall" with something at its end."""
    assert "markethall" not in stems("markethall-demo")
    assert "password" not in stems("my password is long")


@pytest.mark.parametrize(
    "password", ["abcdefghijkl", "9876543210", "ABCDEFGHIJ", "klmnopqrst"]
)
def test_a_row_of_neighbours_is_no_password(password: str) -> None:
    """Up or down, letters or digits."""
    with pytest.raises(WeakPassword):
        check_password(password)


ABOUT = ("ada.lovelace@velo-nord.test", "Ada Lovelace", "Vélo Nord")


@pytest.mark.parametrize(
    "password",
    [
        "ada.lovelace1",
        "AdaLovelace99",
        "lovelace2024!",
        "lovelacelovelace",
        "Vélo Nord 2024",
        "ada.lovelace@velo-nord.test",
        "adalovelace",
        "velo-nord.test1",
    ],
)
def test_what_others_know_of_somebody_is_near(password: str) -> None:
    """Address, name and shop, whole and in parts, with digits at the end or said twice."""
    assert is_near(password, ABOUT)


@pytest.mark.parametrize(
    "password", ["ada rides a bicycle", "lovelace-wrote-programs", "nord wind and sun"]
)
def test_a_phrase_in_which_a_name_stands_is_not(password: str) -> None:
    """Only a password that is no more than that is refused."""
    assert not is_near(password, ABOUT)


@given(
    st.sampled_from(sorted(SESSIONS_LAST)),
    st.integers(0, 200),
    st.integers(0, 100),
)
def test_a_session_never_ends_later_than_its_longest_nor_than_idle(
    role: str, days: int, more: int
) -> None:
    """However it is used."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    now, lasting = start + timedelta(hours=days * 12 + more), SESSIONS_LAST[role]
    end = session_end(role, signed_in_at=start, now=now)
    assert end <= start + lasting.longest
    assert end <= now + lasting.idle
    assert end in (start + lasting.longest, now + lasting.idle)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8", "Another browser"),
        ("", "Another browser"),
        ("Something on Windows", "A browser on Windows"),
    ],
)
def test_a_browser_is_called_as_its_owner_calls_it(agent: str, words: str) -> None:
    """Most claim to be others as well."""
    assert named(agent) == words


def test_a_mailed_link_opens_with_the_key_and_with_no_other() -> None:
    """Nothing shorter, longer, changed or of another kind."""
    nonce = new_nonce()
    token = sealed("k" * 40, nonce)
    assert unsealed(["k" * 40], token) == nonce
    assert unsealed(["x" * 40], token) is None
    for wrong in (
        "",
        token[:-1],
        token + "a",
        token.upper(),
        nonce,
        f"mhl_{nonce}",
        "mhl_" + "ü" * 54,
        token[4:],
    ):
        assert unsealed(["k" * 40], wrong) is None
