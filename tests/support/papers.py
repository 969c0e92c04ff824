"""Small documents for tests: a PDF, a JPEG and a PNG by their first bytes, of any size."""

from __future__ import annotations

import io

_STARTS = {
    "pdf": b"%PDF-1.4\n",
    "jpg": b"\xff\xd8\xff\xe0",
    "png": b"\x89PNG\r\n\x1a\n",
    "gif": b"GIF89a",
}


def paper(
    kind: str = "pdf",
    size: int = 2000,
    *,
    pages: int = 1,
) -> bytes:
    """A document of this kind and size."""
    start = _STARTS[kind] + (b"<< /Type /Page >>\n" * pages if kind == "pdf" else b"")
    return start + b"x" * (size - len(start))


def named(content: bytes, name: str = "receipt.pdf") -> io.BytesIO:
    """A document as the SDK takes it."""
    made = io.BytesIO(content)
    made.name = name
    return made
