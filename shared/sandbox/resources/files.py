"""Files: uploaded for a purpose, which says what they may be and how large; named in evidence; read
back (stripe-facts 1.15).

Types, sizes and how long a file lives are those of Stripe's file upload guide (DOC file-upload);
they are told by what is in a file, not by its name. Purposes of other trades, and file links, are
not played.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.sandbox import errors
from shared.sandbox.multipart import Upload
from shared.sandbox.objects import given, page, render
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

MIB = 1024 * 1024
EVIDENCE = "dispute_evidence"
MOST_TOGETHER = 4_500_000  # bytes of a dispute's files: measured, "4.5 MB or so" (OBS)
MOST_PAGES = 49  # "fewer than 50" (OBS)
_DAY = 86400
MIMETYPES = {
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "png": "image/png",
}
_STARTS = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
)
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_CONTENTS = re.compile(r"/v1/files/(\w+)/contents\Z")


@dataclass(frozen=True)
class Purpose:
    """What a file for one purpose may be. `lives` is in days, 0 for ever."""

    types: tuple[str, ...]
    most: int
    lives: int = 0
    downloadable: bool = True


_PAPER = ("pdf", "jpg", "png")
PURPOSES = {
    "account_requirement": Purpose(_PAPER, 16 * MIB, downloadable=False),
    "additional_verification": Purpose(_PAPER, 16 * MIB, downloadable=False),
    "business_icon": Purpose(("jpg", "png", "gif"), 512 * 1024),
    "business_logo": Purpose(("jpg", "png", "gif"), 512 * 1024),
    EVIDENCE: Purpose(_PAPER, 5 * MIB, lives=274),
    "identity_document": Purpose(_PAPER, 16 * MIB, downloadable=False),
    "pci_document": Purpose(("pdf",), 16 * MIB),
}
MOST_BODY = 17 * MIB  # of a request that brings the largest


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Keep a file for a purpose."""
    purpose = PURPOSES.get(params["purpose"])
    if purpose is None or "file_link_data" in params:
        what = "file_link_data" if purpose is not None else "purpose"
        raise errors.ApiError(
            400, f"This stand-in does not play this `{what}`.", param=what
        )
    upload: Upload = params["file"]
    kind = _checked(upload, purpose)
    id = act.world.id("file")
    doc = act.add(
        {
            "id": id,
            "object": "file",
            "created": act.now,
            "expires_at": act.now + purpose.lives * _DAY if purpose.lives else None,
            "filename": _plain(upload.filename),
            "links": {
                "object": "list",
                "data": [],
                "has_more": False,
                "url": f"/v1/file_links?file={id}",
            },
            "purpose": params["purpose"],
            "size": len(upload.content),
            "title": None,
            "type": kind,
            "url": f"{act.world.config.base_url}/v1/files/{id}/contents"
            if purpose.downloadable
            else None,
        }
    )
    act.store.keep(act.platform, id, upload.content)
    return render(act, doc)


def _checked(upload: Upload, purpose: Purpose) -> str:
    """The type of a file that may be kept; what else is wrong is said as Stripe says it (OBS for
    type and pages).
    """
    if not upload.content:
        raise errors.ApiError(400, "The file you uploaded is empty.", param="file")
    kind = next(
        (name for start, name in _STARTS if upload.content.startswith(start)),
        None,
    )
    if kind not in purpose.types:
        listed = ", ".join(sorted(MIMETYPES[name] for name in purpose.types))
        message = (
            "We don't currently support that file type. Try uploading a file with one of the "
            "following mimetypes: "
            f"{listed}."
        )
        raise errors.ApiError(400, message, param="file")
    if len(upload.content) > purpose.most:
        message = (
            "The file you uploaded was too large. Please upload a file smaller than "
            f"{purpose.most} bytes."
        )
        raise errors.ApiError(
            400, message, param="file"
        )  # the text is unverified (MEM)
    if kind == "pdf" and len(_PAGE.findall(upload.content)) > MOST_PAGES:
        message = (
            "The file you uploaded was too long. Please upload a file with fewer than "
            f"{MOST_PAGES + 1} pages."
        )
        raise errors.ApiError(400, message, param="file")
    return str(kind)


def _plain(name: str) -> str:
    return re.split(r"[/\\]", name)[-1][:255] or "file"


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One file, without its content."""
    return render(
        act,
        act.get("file", ids["file"], param="file"),
    )


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Files, newest first."""
    return page(act, "file", "/v1/files", params, facets=given(params, "purpose"))


def asked_for(method: str, path: str) -> str | None:
    """The id of the file whose content an address is; no method of an SDK asks for it."""
    found = _CONTENTS.match(path) if method == "GET" else None
    return found[1] if found else None


def contents(act: Act, id: str) -> tuple[bytes, str]:
    """What is in a file, and its type; the secret key of its account is asked for (DOC
    file-upload).
    """
    doc = act.get("file", id, param="file")
    if doc.body["url"] is None or _is_over(act, doc):
        message = (
            "This file cannot be downloaded."
            if doc.body["url"] is None
            else "This file has expired."
        )
        raise errors.ApiError(
            403 if doc.body["url"] is None else 404,
            message,
            stored=False,
        )
    content = act.store.kept(act.platform, id)
    return content, MIMETYPES[doc.body["type"]]


def evidence(act: Act, id: str, param: str) -> Document:
    """The file that evidence names: uploaded by this account for a dispute, and not too long ago
    (SDK, its guide).
    """
    doc = act.find("file", id)
    if doc is None or _is_over(act, doc):
        raise errors.no_such_reference("file upload", id, param)
    if doc.body["purpose"] != EVIDENCE:
        message = (
            f"The file upload '{id}' has the purpose `{doc.body['purpose']}`; evidence takes "
            f"`{EVIDENCE}` alone."
        )
        raise errors.ApiError(400, message, param=param)  # the text is unverified (MEM)
    return doc


def check_together(files: list[Document]) -> None:
    """All files of a dispute together have a limit of their own (OBS)."""
    sizes = {doc.id: doc.body["size"] for doc in files}
    if sum(sizes.values()) > MOST_TOGETHER:
        message = (
            "The files you've attached to this dispute as evidence will exceed the limit for a "
            "dispute's total size. Try "
            "using smaller files as evidence. Hint: if you've attached images, you might want to "
            "try providing them in "
            "lower resolutions."
        )
        raise errors.ApiError(400, message, param="evidence")


def _is_over(act: Act, doc: Document) -> bool:
    end = doc.body["expires_at"]
    return end is not None and end <= act.now
