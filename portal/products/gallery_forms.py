"""What a vendor brings and says of a product's pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import FileField, StringField
from wtforms.validators import Length

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import MarketForm
from shared.trade.catalogue.gallery import LONGEST_TEXT, GalleryPicture

ACCEPT = "image/jpeg,image/png,image/webp"


class UploadForm(MarketForm):
    """Some pictures, which the browser brings beside the form's fields."""

    picture = FileField(_l("Choose pictures"))


class GalleryTexts(Edited):
    """What pictures show; its fields are made for the pictures there are."""

    def texts_of(
        self,
        pictures: Iterable[GalleryPicture],
    ) -> dict[int, str]:
        """What was typed, by the pictures' ids."""
        return {one.id: self[_field(one)].data or "" for one in pictures}

    def field_of(self, picture: GalleryPicture) -> Any:
        """The field of one picture."""
        return self[_field(picture)]


def texts_form(pictures: Sequence[GalleryPicture]) -> type[GalleryTexts]:
    """The form of these pictures."""
    fields: dict[str, Any] = {}
    for number, one in enumerate(pictures, 1):
        label = _l("What picture %(number)s shows", number=number)
        fields[_field(one)] = StringField(label, [Length(max=LONGEST_TEXT)])
    return type(
        "TextsOfPictures",
        (GalleryTexts,),
        fields,
    )


def from_gallery(pictures: Iterable[GalleryPicture]) -> dict[str, object]:
    """How the form shows pictures."""
    return {_field(one): one.text for one in pictures}


def _field(picture: GalleryPicture) -> str:
    return f"text_{picture.id}"
