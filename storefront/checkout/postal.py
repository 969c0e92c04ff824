"""Postal codes: how each country writes them. Pure. What we do not know is only kept within reason."""

from __future__ import annotations

import re

_DIGITS = {
    3: "IS", 4: "AT BE BG CH CY DK HU LI LU LV NO SI", 5: "DE EE ES FI FR HR IT LT ME RS TR UA", 6: "RO",
}  # fmt: skip
# country -> (pattern of what is left when spaces and hyphens are taken out, example, where the space or hyphen belongs)
_FORMS: dict[str, tuple[str, str, tuple[int, str] | None]] = {
    **{code: (rf"\d{{{n}}}", "12345678"[:n], None) for n, codes in _DIGITS.items() for code in codes.split()},
    "AD": (r"AD\d{3}", "AD500", None),
    "CA": (r"[ABCEGHJ-NPRSTVXY]\d[A-Z]\d[A-Z]\d", "K1A 0B1", (3, " ")),
    "CZ": (r"\d{5}", "110 00", (3, " ")),
    "GB": (r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", "SW1A 1AA", (-3, " ")),
    "GR": (r"\d{5}", "104 31", (3, " ")),
    "IE": (r"[A-Z]\d[\dW][A-Z\d]{4}", "D02 AF30", (3, " ")),
    "JP": (r"\d{7}", "100-0001", (3, "-")),
    "MC": (r"980\d{2}", "98000", None),
    "MT": (r"[A-Z]{3}\d{4}", "VLT 1117", (3, " ")),
    "NL": (r"[1-9]\d{3}[A-Z]{2}", "1012 AB", (4, " ")),
    "PL": (r"\d{5}", "00-001", (2, "-")),
    "PT": (r"\d{7}", "1100-148", (4, "-")),
    "SE": (r"\d{5}", "111 22", (3, " ")),
    "SK": (r"\d{5}", "811 01", (3, " ")),
    "US": (r"\d{5}(\d{4})?", "94107", (5, "-")),
    "AU": (r"\d{4}", "2000", None),
    "NZ": (r"\d{4}", "6011", None),
}
# Written in front of the number by habit: L-1728, D-10115.
_PREFIXES = {
    "AT": "A",
    "BE": "B",
    "CH": "CH",
    "DE": "D",
    "DK": "DK",
    "FI": "FI",
    "FR": "F",
    "LU": "L",
    "SE": "SE",
    "LV": "LV",
}


def tidy_postal_code(text: str, country: str) -> str | None:
    """`text` as the post of `country` writes it, or None when it cannot be one."""
    bare = re.sub(r"[\s\-–.]+", "", text.upper())
    form = _FORMS.get(country)
    if form is None:
        plain = " ".join(text.split()).upper()
        return plain if re.fullmatch(r"[A-Z0-9][A-Z0-9 \-]{1,11}", plain, re.ASCII) else None
    bare = re.sub(rf"^{_PREFIXES[country]}(?=\d)", "", bare) if country in _PREFIXES else bare
    pattern, _, gap = form
    if not re.fullmatch(pattern, bare, re.ASCII):
        return None
    if gap is None or (gap[0] > 0 and len(bare) <= gap[0]):
        return bare
    return bare[: gap[0]] + gap[1] + bare[gap[0] :]


def example_of(country: str) -> str | None:
    """A postal code as `country` writes them, to show beside the field."""
    form = _FORMS.get(country)
    return form[1] if form else None
