"""Pictures that vendors upload, as we have made them anew: each in several widths and formats."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row
from shared.trade.pictures.errors import PictureNotFound
from shared.trade.vendors.models import Vendor


class StoredPicture(Row):
    """A vendor's picture. Its name is made of its pixels, so what it shows never changes."""

    not_found = PictureNotFound.default

    vendor: fields.ForeignKeyRelation[Vendor] = fields.ForeignKeyField(
        "models.Vendor", related_name="pictures", on_delete=fields.RESTRICT
    )
    vendor_id: int
    name = fields.CharField(max_length=80, unique=True)
    width = fields.IntField()
    height = fields.IntField()

    class Meta:
        table = "pictures"
        constraints = [
            CheckConstraint(check="width > 0 and height > 0", name="ck_pictures_size")
        ]


class PictureFile(Row):
    """A picture in one width and format."""

    picture: fields.ForeignKeyRelation[StoredPicture] = fields.ForeignKeyField(
        "models.StoredPicture", related_name="files", on_delete=fields.RESTRICT
    )
    picture_id: int
    width = fields.IntField()
    format = fields.CharField(max_length=4, description="webp | jpg")
    content = fields.BinaryField()

    class Meta:
        table = "picture_files"
        unique_together = (("picture", "width", "format"),)
