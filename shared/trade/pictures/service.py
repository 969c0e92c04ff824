"""Keeping uploaded pictures, and handing out their files."""

from __future__ import annotations

import asyncio

from shared.infra.database.raw_sql import fetch
from shared.infra.unit import Transaction
from shared.trade.pictures.encoding import encoded
from shared.trade.pictures.errors import PictureNotFound, TooManyPictures
from shared.trade.pictures.models import PictureFile, StoredPicture
from shared.trade.pictures.rules import FOLDER, FORMATS, EncodedPicture, size_in

MOST_PER_VENDOR = 2000
_FILE = (
    "SELECT f.content FROM picture_files f JOIN pictures p ON p.id = f.picture_id"
    " WHERE p.name = ? AND f.width = ? AND f.format = ?"
)


async def made(
    content: bytes,
    *,
    called: str,
    vendor_id: int,
) -> EncodedPicture:
    """Make an uploaded picture anew, beside everything else that goes on; before a transaction.

    Raises NoPicture, PictureTooLarge, PictureTooSmall.
    """
    return await asyncio.to_thread(
        encoded,
        content,
        called=called,
        owner=vendor_id,
    )


async def keep(
    tx: Transaction,
    picture: EncodedPicture,
    *,
    vendor_id: int,
) -> str:
    """Keep a picture, once; answers what names it in a row that shows it.

    The vendor's terms are locked, so that nobody else keeps one of its now. Raises
    TooManyPictures.
    """
    path = FOLDER + picture.name
    mine = StoredPicture.filter(vendor_id=vendor_id)
    if await mine.filter(name=picture.name).exists():
        return path
    if await mine.limit(MOST_PER_VENDOR).count() >= MOST_PER_VENDOR:
        raise TooManyPictures
    row = StoredPicture(
        vendor_id=vendor_id,
        name=picture.name,
        width=picture.size.width,
        height=picture.size.height,
    )
    await tx.insert(row)
    await PictureFile.bulk_create(
        PictureFile(
            picture_id=row.id,
            width=file.width,
            format=file.format,
            content=file.content,
        )
        for file in picture.files
    )
    return path


async def content_of(
    name: str,
    width: int,
    kind: str,
) -> bytes:
    """A picture's file. Raises PictureNotFound."""
    size = size_in(name)
    if size is None or kind not in FORMATS or width not in size.widths:
        raise PictureNotFound
    found = await fetch(
        _FILE,
        name,
        width,
        kind,
    )
    if not found:
        raise PictureNotFound
    return bytes(found[0]["content"])
