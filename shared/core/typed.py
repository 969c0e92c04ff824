"""What people type or paste into fields of codes and numbers, as a plain keyboard would have typed
it. Pure.

Postal codes, VAT numbers, phone numbers, amounts, whole numbers and order numbers all pass through
here first, so that full-width digits, a dash of another kind or a no-break space are the same in
each of them. What a field makes of it is its own.
"""

from __future__ import annotations

import re
import string
import unicodedata

# Typed as a dash, or shown like one, without being of Unicode's category of dashes: the minus sign,
# the Japanese sign for a long vowel (the key beside the digits), the hyphen bullet, the modifier
# minus.
_DASHES = frozenset(
    "\N{MINUS SIGN}\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
    "\N{HYPHEN BULLET}\N{MODIFIER LETTER MINUS SIGN}"
)
_POSTAL_MARKS = frozenset("\N{POSTAL MARK}\N{POSTAL MARK FACE}\N{CIRCLED POSTAL MARK}")
# Compatibility forms whose plain form says something else: 10² is not 102.
_OTHER_MEANING = ("<super>", "<sub>", "<fraction>", "<circle>", "<square>")
MOST_PHONE = 40
# The area may stand in parentheses: (030) 123 456.
_PHONE = re.compile(r"[(+]{0,2}[0-9][0-9 ()/.-]{4,37}", re.ASCII)
_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


# They turn what stands behind them around, so that a name or a line could show as another; nothing
# that people write needs them, since browsers find out the direction by the letters.
_TURNS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
_LINES = frozenset("\n\r\t")


def readable(text: str) -> str:
    """Free text without marks of direction and control characters; lines stay lines.

    Whatever joins letters or pictures (in Persian, in emoji) stays.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(sign for sign in text if _is_readable(sign))


def _is_readable(sign: str) -> bool:
    if sign in _TURNS:
        return False
    return sign in _LINES or unicodedata.category(sign) not in ("Cc", "Cs")


def plain(text: str) -> str:
    """`text` in plain signs: full-width and other scripts' digits as 0-9, each dash `-`, each run
    of spaces one space.

    Invisible signs (marks of direction, soft hyphens, byte order marks) and the Japanese postal
    mark are taken off, and spaces at both ends. Letters keep their case and accents. Doing it twice
    changes nothing.
    """
    folded = "".join(map(_plain_sign, unicodedata.normalize("NFC", text)))
    return " ".join(unicodedata.normalize("NFC", folded).split())


def plain_code(text: str) -> str:
    """`text` in plain signs and capitals: `ｄｋ–2100` -> `DK-2100`.

    Only a-z become capitals: `ß` stays what it is.
    """
    return plain(text).translate(_UPPER)


def bare_code(text: str, separators: str = " -./") -> str:
    """`text` as capitals and digits without what people write between them: `lu 123.456-78` ->
    `LU12345678`.
    """
    return "".join(sign for sign in plain_code(text) if sign not in separators)


def phone_number(text: str) -> str | None:
    """`text` in plain signs, if that can be called: `＋352 26–12` -> `+352 26-12`."""
    number = plain(text)
    return number if _PHONE.fullmatch(number) else None


def _plain_sign(sign: str) -> str:
    if sign.isascii() and sign.isprintable():
        return sign
    if sign.isspace():
        return " "
    if sign in _POSTAL_MARKS or unicodedata.category(sign) == "Cf":
        return ""
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    form = unicodedata.normalize("NFKC", sign)
    if " " in form or unicodedata.decomposition(sign).startswith(_OTHER_MEANING):
        return sign  # an accent that stands alone would come out as a space and an accent on it
    return "".join(map(_plain_dash, form))


def _plain_dash(sign: str) -> str:
    return "-" if sign in _DASHES or unicodedata.category(sign) == "Pd" else sign
