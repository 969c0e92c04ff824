"""Where parcels are followed: carriers, each with the numbers that it gives and its page.

Pure. What a vendor types freely stays text: only a number that fits its carrier makes a link, and
only to an address that stands here.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from shared.core.frozen import frozen
from shared.core.typed import bare_code


@frozen
class Carrier:
    """`numbers` is what the carrier's parcel numbers look like, `page` where one is followed."""

    name: str
    numbers: str
    page: str


_ANY = r"[A-Z0-9]{8,35}"
_UNIVERSAL = r"[A-Z]{2}[0-9]{9}[A-Z]{2}"  # of the posts of the world
CARRIERS = (
    Carrier("bpost", _ANY, "https://track.bpost.cloud/btr/web/#/search?itemCode="),
    Carrier(
        "Chronopost",
        _ANY,
        "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT=",
    ),
    Carrier(
        "Colissimo",
        r"[A-Z0-9]{11,15}",
        "https://www.laposte.fr/outils/suivre-vos-envois?code=",
    ),
    Carrier(
        "DHL",
        r"[A-Z0-9]{8,39}",
        "https://www.dhl.com/global-en/home/tracking.html?submit=1&tracking-id=",
    ),
    Carrier("DPD", r"[0-9]{12,28}", "https://tracking.dpd.de/status/en_US/parcel/"),
    Carrier("FedEx", r"[0-9]{12,34}", "https://www.fedex.com/fedextrack/?trknbr="),
    Carrier(
        "GLS",
        r"[A-Z0-9]{8,20}",
        "https://gls-group.eu/EU/en/parcel-tracking?match=",
    ),
    Carrier(
        "Österreichische Post",
        rf"{_UNIVERSAL}|[0-9]{{12,24}}",
        "https://www.post.at/sv/sendungsdetails?snr=",
    ),
    # Its page is not known to take a number in its address.
    Carrier("POST Luxembourg", "", ""),
    Carrier("PostNord", _ANY, "https://tracking.postnord.com/en/tracking?id="),
    Carrier(
        "Royal Mail",
        r"[A-Z0-9]{9,27}",
        "https://www.royalmail.com/track-your-item#/tracking-results/",
    ),
    Carrier(
        "Swiss Post",
        rf"{_UNIVERSAL}|[0-9]{{18}}",
        "https://service.post.ch/ekp-web/ui/entry/search/",
    ),
    Carrier(
        "UPS",
        r"1Z[A-Z0-9]{16}|[0-9]{9,26}",
        "https://www.ups.com/track?tracknum=",
    ),
)
NAMES = tuple(carrier.name for carrier in CARRIERS)
_BY_NAME = {carrier.name.casefold(): carrier for carrier in CARRIERS}


def tracking_link(carrier: str, number: str) -> str | None:
    """The carrier's page about a parcel; None where the carrier or such a number is not known."""
    known = _BY_NAME.get(carrier.strip().casefold())
    typed = bare_code(number).upper()
    if known is None or not known.page or not re.fullmatch(known.numbers, typed):
        return None
    return known.page + quote(typed, safe="")
