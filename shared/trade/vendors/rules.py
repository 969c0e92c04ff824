"""What a vendor says about itself that decides about its sales. Pure."""

from __future__ import annotations

from enum import StrEnum


class VatScheme(StrEnum):
    """How a vendor is taxed on what it sells; UNSAID: nobody has said, so nothing is printed."""

    UNSAID = ""
    SMALL = "small"  # not registered, or exempt as a small business: no VAT at all
    LOCAL = "local"  # its own state's VAT all over the EU, below the threshold
    OSS = "oss"  # each state's own VAT, declared in the one-stop shop
