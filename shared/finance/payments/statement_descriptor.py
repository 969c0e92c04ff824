r"""What a payment is called on the shopper's card statement, in the letters that Stripe takes.

Pure.

A statement shows the account's own prefix (2 to 10 characters, set in Stripe's dashboard), `* ` and
a suffix of the payment, together at most 22 characters. A suffix is Latin letters, holds at least
one, and none of < > \ ' " * (Stripe: statement descriptors). What is longer together is cut, so the
suffix is made to fit.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 22
LONGEST_PREFIX = 10
_JOINT = "* "
# Letters that are no base letter with a mark, so that taking marks away does not make them Latin.
_LETTERS = str.maketrans(
    {
        "Æ": "AE",
        "Ð": "D",
        "Đ": "D",
        "Ħ": "H",
        "Ł": "L",
        "Ŋ": "N",
        "Ø": "O",
        "Œ": "OE",
        "Þ": "TH",
        "Ŧ": "T",
        "ẞ": "SS",
        "İ": "I",
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        "−": "-",
    }
)
_APOSTROPHES = re.compile("['’‘`´ʼ]")
_OTHERS = re.compile(r"[^A-Z0-9 &.+/-]+")
_EDGES = " &.+/-"


def suffix(shop: str, order_number: str, prefix: str) -> str:
    """The suffix for an order at `shop` behind `prefix` (empty: not known, then room is left for
    the longest one).

    A name of which no Latin letter is left (`花店`, `1-2-3`) gives the order's number instead,
    which the shopper's mails name.
    """
    room = LONGEST - len(_JOINT) - (len(prefix) or LONGEST_PREFIX)
    for name in (shop, order_number):
        cut = _latin(name)[:room].strip(_EDGES)
        if re.search("[A-Z]", cut):
            return cut
    return ""


def shown(prefix: str, suffix: str) -> str:
    """The whole of it as the statement shows it; empty while the account's prefix is not known."""
    return f"{prefix}{_JOINT}{suffix}"[:LONGEST].strip() if prefix and suffix else ""


def _latin(text: str) -> str:
    """Capital letters without marks, digits and a few signs; everything else is a space, and no two
    spaces follow each other.
    """
    capitals = _APOSTROPHES.sub("", text).upper().translate(_LETTERS)
    plain = "".join(
        c
        for c in unicodedata.normalize("NFKD", capitals)
        if not unicodedata.combining(c)
    )
    return " ".join(_OTHERS.sub(" ", plain.upper()).split())
