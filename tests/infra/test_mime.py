"""Mails as bytes: the standard library, which does not write them, reads what was meant."""

from __future__ import annotations

import email
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.infra.mail import mime

# What a shop is called, and what stands in a mail: anything that a database keeps, on one line.
LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200)
# One-line header values as forms keep them: without spaces at the ends, or two of them together.
NAME = LINE.map(lambda text: " ".join(text.split())).filter(bool)
TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=400
)
BOUNDARY = "=_0123456789abcdef"


def read(
    *headers: tuple[str, str],
    text: str = "Hello\n",
    html: str = "<p>Hello</p>\n",
) -> EmailMessage:
    content = mime.written(headers, text=text, html=html, boundary=BOUNDARY)
    for_smtp = mime.MimeMail("a@b.test", "c@d.test", content).for_smtp
    assert for_smtp.count(b"\n") == for_smtp.count(b"\r\n")
    assert max(map(len, for_smtp.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(for_smtp, policy=SMTPUTF8)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def said(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


def decoded(value: str) -> str:
    """By the older way: the newer one reads a space between two encoded words of a name."""
    return str(make_header(decode_header(value.replace("\n", ""))))


@given(text=TEXT, html=TEXT)
def test_both_parts_say_what_was_given(text: str, html: str) -> None:
    """Whatever stands in them: long lines, other scripts, lone dots, signs of equality."""
    message = read(text=text, html=html)
    for kind, given_text in (("plain", text), ("html", html)):
        ended = given_text if given_text.endswith("\n") else f"{given_text}\n"
        assert said(message, kind) == ended


@given(name=NAME, subject=NAME)
def test_names_and_subjects_are_read_as_they_were(name: str, subject: str) -> None:
    headers = (
        ("From", mime.address(name, "shop@example.test")),
        ("Subject", mime.subject(subject)),
    )
    content = mime.written(headers, text="", html="", boundary=BOUNDARY)
    message = email.message_from_bytes(content)
    told, mailbox = parseaddr(message["From"].replace("\n", ""))
    assert (decoded(told), mailbox) == (name, "shop@example.test")
    assert decoded(message["Subject"]) == subject


def test_lines_are_as_long_as_mail_allows() -> None:
    """Headers are folded, and texts broken, where they would be longer."""
    headers = (
        ("From", mime.address("Größe " * 20, "shop@example.test")),
        ("Subject", mime.subject("a word and another one " * 8)),
    )
    content = mime.written(
        headers, text="word " * 60, html="<p>" + "ä" * 300, boundary=BOUNDARY
    )
    assert max(map(len, content.split(b"\n"))) <= 78


def test_an_address_in_another_script_is_left_as_it_is() -> None:
    """It cannot be encoded; the mail server is asked whether it takes it."""
    message = read(("To", "größe@example.test"))
    assert message["To"] == "größe@example.test"
    assert mime.MimeMail("a@b.test", "größe@example.test", b"").is_international
    assert not mime.MimeMail("a@b.test", "c@d.test", b"").is_international


@pytest.mark.parametrize("line", ["a\nBcc: b@c.test", "a\r\nBcc: b@c.test", "a\n b"])
def test_a_header_has_one_line(line: str) -> None:
    """Nobody adds a header by a name."""
    with pytest.raises(ValueError, match="several lines"):
        mime.address(line, "shop@example.test")
    with pytest.raises(ValueError, match="several lines"):
        mime.subject(line)
    if line != "a\n b":
        with pytest.raises(ValueError, match="several lines"):
            read(("To", line))
