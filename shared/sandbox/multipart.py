"""`multipart/form-data` as Stripe's files come in: text parts are parameters, one part is the file
itself.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from shared.sandbox import forms

_BOUNDARY = re.compile(r'boundary="?([^";]{1,100})"?', re.IGNORECASE)
_NAME = re.compile(r'[; ]name="([^"]*)"')
_FILENAME = re.compile(r'[; ]filename="([^"]*)"')


class Upload(str):
    """A file among the parameters.

    As text it is a digest and the name, so that the same file again is the same parameter.
    """

    __slots__ = ("content", "filename")
    content: bytes
    filename: str

    def __new__(cls, content: bytes, filename: str) -> Upload:
        """A file of this content and name."""
        made = super().__new__(cls, f"{hashlib.sha256(content).hexdigest()} {filename}")
        made.content, made.filename = content, filename
        return made


def is_multipart(content_type: str) -> bool:
    """Whether a body comes in parts."""
    return content_type.lower().startswith("multipart/form-data")


def read(
    content_type: str,
    query: str,
    body: bytes,
) -> dict[str, Any]:
    """The parameters of a request, however its body is written; files among them are `Upload`."""
    if not is_multipart(content_type):
        text = body.decode("utf-8", "replace")
        return forms.decode(f"{query}&{text}" if query and text else query or text)
    return forms.nested(
        [
            *forms.pairs(query),
            *_parts(content_type, body),
        ]
    )


def _parts(content_type: str, body: bytes) -> list[tuple[str, str]]:
    found = _BOUNDARY.search(content_type)
    if found is None:
        return []
    out: list[tuple[str, str]] = []
    for part in (b"\r\n" + body).split(b"\r\n--" + found[1].encode("latin-1", "replace"))[1:]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = head.decode("utf-8", "replace").split("\r\n")
        told = next(
            (line for line in lines if line.lower().startswith("content-disposition:")),
            "",
        )
        name, filename = _NAME.search(told), _FILENAME.search(told)
        if name is not None:
            value = (
                content.decode("utf-8", "replace")
                if filename is None
                else Upload(content, filename[1])
            )
            out.append((name[1], value))
    return out
