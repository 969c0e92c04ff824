"""Addresses, passwords and who may do what."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.people import passwords, policies
from shared.people.errors import BadEmail, WeakPassword
from shared.people.queries import NOBODY, Actor
from shared.people.rules import check_password, normal_email, shown_email


@dataclass(frozen=True)
class Thing:
    vendor_id: int


OWNER = Actor("member", id=1, role="owner", vendor_id=7)
OPERATOR = Actor("member", id=2, role="operator")
TOKEN = Actor("token", id=3, vendor_id=7)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [(" Ada@Example.TEST ", "ada@example.test"), ("a.b+c@sub.example.co", "a.b+c@sub.example.co")],
)
def test_an_address_is_stored_trimmed_and_in_lower_case(typed: str, stored: str) -> None:
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
def test_a_domain_in_any_script_is_stored_as_the_net_writes_it(typed: str, stored: str) -> None:
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
    "typed", ["ädä@müller.de", "ada@☃.net", "ada@ü..de", "ada@xn--ü.de", "ada@" + "ü" * 63 + ".de", "ada@" + "ü." * 200]
)
def test_a_domain_that_cannot_be_is_refused(typed: str) -> None:
    """Letters that no domain has, labels that are too long; other scripts before the @, which few servers take."""
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
    "typed", ["", "ada", "ada@", "@x.test", "a b@x.test", "a@x", "a..b@x.test", "a@x.test\n", "a@-x.test", "a@b@c.test"]
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


@pytest.mark.parametrize("password", ["", "short", "123456789", "aaaaaaaaaaaa", "x" * 201, "ada@example.test"])
def test_a_weak_password_is_refused(password: str) -> None:
    """Too short, too long, one letter again and again, or the address itself."""
    with pytest.raises(WeakPassword):
        check_password(password, email="ada@example.test")


def test_ten_different_characters_are_enough() -> None:
    """No rule about digits and capitals: length is what counts."""
    check_password("correct horse battery", email="ada@example.test")
    check_password("abcdefghij")


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
def test_everybody_may_touch_only_what_is_theirs(who: Actor, verb: str, thing: Thing, allowed: bool) -> None:
    """Owners and tokens act on their own vendor; operators look and set the fee."""
    assert policies.may(who, verb, thing) is allowed


def test_passwords_cost_what_owasp_asks_at_least() -> None:
    """19 MiB and two passes; the tests themselves use less."""
    assert passwords.MEMORY_KIB >= 19 * 1024
    assert passwords.PASSES >= 2
