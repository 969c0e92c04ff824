"""Why something is no picture that can be shown."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.locales import gettext_noop as _n


class NoPicture(Invalid):
    """The bytes are none of the formats that we take, or are damaged."""

    param = "picture"
    default = _n("%(name)s is not a picture that we can read. Use JPEG, PNG or WebP.")


class PictureTooLarge(Invalid):
    """More bytes or pixels than we take apart."""

    param = "picture"
    default = _n(
        "%(name)s is too large. Use at most %(size)s MB and %(pixels)s megapixels."
    )


class PictureTooSmall(Invalid):
    """It would look blurred."""

    param = "picture"
    default = _n("%(name)s is too small. Use at least %(least)s pixels on each side.")


class TooManyPictures(Conflict):
    """A vendor keeps so many pictures at most."""

    code = "too_many_pictures"
    param = "picture"
    default = _n("You have uploaded as many pictures as there is room for.")


class BadColour(Invalid):
    """A colour is six hex digits."""

    param = "brand_color"
    default = _n("Choose a colour.")


class PictureNotFound(NotFound):
    """There is no such picture."""

    default = _n("We could not find that picture.")
