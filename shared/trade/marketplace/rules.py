"""What may be set for a marketplace, and what holds until it is. Pure."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from shared.core.frozen import frozen
from shared.trade.marketplace.errors import DaysOutOfRange, HoursOutOfRange, UnknownZone

MOST_DAYS = 90
MOST_BANK_HOURS = 720
# The tz database also lists old names without an area ("CET", "Eire") and technical ones
# ("Etc/GMT+5").
_AREAS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@frozen
class Marketplace:
    """The marketplace's settings.

    `time_zone` is an IANA name, `delivered_after_days` counts from shipping.

    `bank_hold_hours`: so long payouts wait when a vendor gives another bank; 0 lets them go, and
    owners are written to.
    """

    time_zone: str
    show_fee_breakdown: bool
    delivered_after_days: int
    bank_hold_hours: int = 72

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.time_zone)


DEFAULTS = Marketplace(
    time_zone="UTC", show_fee_breakdown=False, delivered_after_days=14
)


@cache
def time_zones() -> tuple[str, ...]:
    """The IANA names to choose from, sorted, UTC first."""
    places = sorted(name for name in available_timezones() if name.startswith(_AREAS))
    return ("UTC", *places)


def check(settings: Marketplace) -> None:
    """Raise Invalid, naming the field, for what cannot be set."""
    if settings.time_zone not in time_zones():
        raise UnknownZone
    if not 1 <= settings.delivered_after_days <= MOST_DAYS:
        raise DaysOutOfRange(most=MOST_DAYS)
    if not 0 <= settings.bank_hold_hours <= MOST_BANK_HOURS:
        raise HoursOutOfRange(most=MOST_BANK_HOURS)
