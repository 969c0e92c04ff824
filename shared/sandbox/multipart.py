"""`multipart/form-data` as Stripe's files come in: text parts are parameters, one part is the file
itself.
"""

from __future__ import annotations

import hashlib
import io
from typing import Any

from shared.sandbox import forms


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


def _in_memory(*_: Any, **__: Any) -> io.BytesIO:
    return io.BytesIO()


def _parts(
    content_type: str,
    body: bytes,
) -> list[tuple[str, str]]:
    """The text parts, then the files. A body that is not in parts after all holds none."""
    from werkzeug import (
        formparser,
        http,
    )  # late: a tenth of the start, for uploads alone

    boundary = http.parse_options_header(content_type)[1].get("boundary", "")
    parser = formparser.MultiPartParser(stream_factory=_in_memory)
    try:
        form, files = parser.parse(
            io.BytesIO(body),
            boundary.encode(),
            len(body),
        )
    except ValueError:
        return []
    uploads = [
        (
            name,
            Upload(file.read(), file.filename or ""),
        )
        for name, file in files.items(multi=True)
    ]
    return [*form.items(multi=True), *uploads]
