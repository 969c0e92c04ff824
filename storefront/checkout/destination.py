"""Where a checkout goes, before all of it is filled in."""

from __future__ import annotations

from shared.core.frozen import frozen


@frozen
class Destination:
    """As far as the form says so far."""

    country: str
    postal_code: str = ""
