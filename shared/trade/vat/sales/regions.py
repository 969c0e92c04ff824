"""Parts of states that have rates of their own, and which sales those rates are for. Pure.

A place is a state's code, or `PT/azores`: a region of it, as `territories.toml` names it. The law
of each state says whether its region's rates follow the seller or the parcel.
"""

from __future__ import annotations

from collections.abc import (
    Collection,
    Mapping,
)
from enum import StrEnum

from shared.trade.vat.sales.rules import (
    REGION_SIGN,
    SaleRoute,
    SaleTreatment,
    sale_treatment,
    taxing_state,
)


class Way(StrEnum):
    """Which sales the rates of a region are for."""

    LEAVING = "leaving"  # a seller's there, taxed at home, wherever it sends them
    ARRIVING = "arriving"  # sent there from its own state
    FROM_ABROAD = "from_abroad"  # sent there from another one, taxed where it arrives


Ways = Mapping[str, Collection[Way]]  # by region

_IN = {
    SaleTreatment.DOMESTIC: Way.ARRIVING,
    SaleTreatment.OSS: Way.FROM_ABROAD,
}
_AT_HOME = (SaleTreatment.DOMESTIC, SaleTreatment.ORIGIN)


def taxing_place(
    route: SaleRoute,
    regions: Ways,
) -> str:
    """The region whose own rates hold, else the state that the VAT goes to; empty where there is
    none.
    """
    found = sale_treatment(route)
    arriving = regions.get(route.destination, ())
    if _IN.get(found) in arriving:
        return route.destination
    leaving = regions.get(route.seller, ())
    if found in _AT_HOME and Way.LEAVING in leaving:
        return route.seller
    return taxing_state(route)


def region_in(place: str) -> str:
    """The name of the region that a place is; empty for a state."""
    return place.partition(REGION_SIGN)[2]
