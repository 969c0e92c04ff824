"""What card statements show: the platform's own prefix, and a suffix of each payment (stripe-facts
8).
"""

from __future__ import annotations

import re

from shared.sandbox import errors
from shared.sandbox.store import Json

WHOLE, PREFIX = "MARKETPLACE", "MARKET"
_LONGEST = 22
_FORBIDDEN = re.compile(r"""[<>\\'"*]""")


def check_suffix(params: Json) -> None:
    """Refuse a suffix that no statement can show.

    The rules are Stripe's documents, the texts unverified (MEM).
    """
    suffix = params.get("statement_descriptor_suffix")
    if not suffix:
        return
    message = None
    if len(suffix) > _LONGEST:
        message = (
            f"The statement descriptor suffix must be at most {_LONGEST} characters."
        )
    elif not _is_latin(suffix) or _FORBIDDEN.search(suffix):
        message = (
            "The statement descriptor suffix contains invalid characters: use Latin letters, none "
            "of < > \\ ' \" *."
        )
    elif not re.search("[A-Za-z]", suffix):
        message = "The statement descriptor suffix must contain at least one alphabetic character."
    if message:
        raise errors.ApiError(400, message, param="statement_descriptor_suffix")


def _is_latin(text: str) -> bool:
    return text.isascii() and text.isprintable()


def calculated(suffix: str | None) -> str:
    """What the network is told: prefix and suffix, cut to a statement's line, in capitals; without
    a suffix the whole descriptor.
    """
    return f"{PREFIX}* {suffix}"[:_LONGEST].strip().upper() if suffix else WHOLE
