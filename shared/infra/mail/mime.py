"""A mail as it travels: its headers, and its text and html beside each other, as bytes.

By hand: the standard library's messages read each header that they are given, and fold it anew as
they are written, which took most of what a mail cost us (docs/performance.md). What has to be
encoded is encoded by the standard library here, too (RFC 2047 for headers, quoted-printable for
texts), and `tests/infra/test_mime.py` lets it read what this writes.
"""

from __future__ import annotations

from binascii import b2a_qp
from collections.abc import Iterator, Sequence
from email.header import Header
from email.utils import formataddr
from functools import lru_cache

from shared.core.frozen import frozen

_LINE = 78  # characters that a line should have at most (RFC 5322, 2.1.1)
_HEADERS = 256  # most say the same in each mail, or in the mails of one order


@frozen
class MimeMail:
    """What is handed to a mail server: from whom and to whom, and all of it.

    Lines of `content` end in a line feed alone.
    """

    sender: str
    to: str
    content: bytes

    @property
    def is_international(self) -> bool:
        """Whether an address has letters that only some servers take (RFC 6531)."""
        return not (self.sender.isascii() and self.to.isascii())

    @property
    def for_smtp(self) -> bytes:
        """The content with the ends of lines that mail servers want."""
        return self.content.replace(b"\n", b"\r\n")


def written(
    headers: Sequence[tuple[str, str]],
    *,
    text: str,
    html: str,
    boundary: str,
) -> bytes:
    """Write a mail that says the same as text and as html.

    `boundary` is what nobody who wrote something of the text can guess. Raises ValueError for a
    header of several lines.
    """
    lines = [_header(*each) for each in headers]
    lines += [
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    opening = f"\n--{boundary}\n".encode()
    parts = (opening, *_part("plain", text), opening, *_part("html", html))
    head = "\n".join([*lines, ""]).encode()
    return b"".join((head, *parts, f"\n--{boundary}--\n".encode()))


@lru_cache(maxsize=_HEADERS)
def address(name: str, mailbox: str) -> str:
    """Return whom a mail is from, as its header says it. Raises ValueError for several lines."""
    told = _one_line(name)
    if told.isascii():
        return formataddr((told, mailbox))
    encoded = Header(told, "utf-8", header_name="From").encode()
    return f"{encoded} <{mailbox}>"


@lru_cache(maxsize=_HEADERS)
def subject(text: str) -> str:
    """Return a subject as its header says it. Raises ValueError for several lines."""
    told = _one_line(text)
    if told.isascii():
        return told
    return Header(told, "utf-8", header_name="Subject").encode()


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:
        raise ValueError("a header of several lines")
    return text


@lru_cache(maxsize=_HEADERS)
def _header(name: str, value: str) -> str:
    line = f"{name}: {value}"
    if "\n " in value:  # folded by what encoded it
        _one_line(value.replace("\n ", " "))
        return line
    _one_line(value)
    if len(line) <= _LINE or not value.isascii():
        return line
    return f"{name}: {Header(value, 'us-ascii', header_name=name).encode()}"


def _part(kind: str, text: str) -> Iterator[bytes]:
    """Its headers, an empty line, what it says."""
    told = text.replace("\r\n", "\n").replace("\r", "\n")
    if not told.endswith("\n"):
        told += "\n"
    encoding, data = "7bit", told.encode()
    if not told.isascii() or max(map(len, told.split("\n"))) > _LINE:
        encoding, data = "quoted-printable", b2a_qp(data)
    head = (
        f'Content-Type: text/{kind}; charset="utf-8"\n'
        f"Content-Transfer-Encoding: {encoding}\n\n"
    )
    yield head.encode()
    yield data
