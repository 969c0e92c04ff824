"""The orders of the demo marketplace's last weeks. Data only."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.entrypoints.cli.demo_goods import SHOPPER


@frozen
class DemoSale:
    """An order of the past; who and where it went to make it one of its kind."""

    days_ago: int
    name: str
    email: str
    address: str
    city: str
    postal_code: str
    country: str
    items: tuple[tuple[str, int], ...]
    sent_by: str | None = None

    @property
    def card(self) -> str:
        """The test card it was paid with: the money of older sales has long been available."""
        return "pm_card_bypassPending" if self.days_ago > 4 else "pm_card_visa"


@frozen
class DemoPart:
    """What a purchase has at one shop; `sent_by`: who carried it, None: it waits."""

    vendor: str  # its slug
    items: tuple[tuple[str, int], ...]
    sent_by: str | None = None


@frozen
class DemoBasket:
    """A purchase at several shops; who and when is its `sale`, which has nothing of its own."""

    sale: DemoSale
    parts: tuple[DemoPart, ...]


SALES: dict[str, tuple[DemoSale, ...]] = {
    "atelier-luxe": (
        DemoSale(
            27,
            "Anna Weber",
            "anna.weber@example.test",
            "14 Lindenstraße",
            "Trier",
            "54290",
            "DE",
            (("card-wallet", 2), ("key-fob", 1)),
            "POST Luxembourg",
        ),
        DemoSale(
            24,
            "Luc Schmit",
            "luc.schmit@example.test",
            "3 rue de l'Eau",
            "Luxembourg",
            "1449",
            "LU",
            (("tote-bag", 1),),
            "POST Luxembourg",
        ),
        DemoSale(
            19,
            "Sam Shopper",
            SHOPPER,
            "12 avenue de la Liberté",
            "Luxembourg",
            "1930",
            "LU",
            (("belt", 1), ("care-kit", 1)),
            "POST Luxembourg",
        ),
        DemoSale(
            15,
            "Élise Martin",
            "elise.martin@example.test",
            "27 rue des Jardins",
            "Metz",
            "57000",
            "FR",
            (("crossbody-bag", 1),),
            "Colissimo",
        ),
        DemoSale(
            9,
            "Tomás Ribeiro",
            "tomas.ribeiro@example.test",
            "8 Rua das Flores",
            "Porto",
            "4050-262",
            "PT",
            (("weekender", 1), ("care-kit", 1)),
            "DHL",
        ),
        DemoSale(
            6,
            "Greta Lund",
            "greta.lund@example.test",
            "Vestergade 21",
            "Aarhus",
            "8000",
            "DK",
            (("zip-wallet", 1),),
            "DHL",
        ),
        DemoSale(
            3,
            "Paul Kremer",
            "paul.kremer@example.test",
            "5 Grand-Rue",
            "Echternach",
            "6430",
            "LU",
            (("belt", 1), ("card-wallet", 1)),
        ),
        DemoSale(
            1,
            "Sam Shopper",
            SHOPPER,
            "40 boulevard Royal, office",
            "Luxembourg",
            "2449",
            "LU",
            (("key-fob", 3),),
        ),
        DemoSale(
            0,
            "Ines Koch",
            "ines.koch@example.test",
            "66 Karlsplatz",
            "Wien",
            "1010",
            "AT",
            (("tote-bag", 1), ("care-kit", 2)),
        ),
    ),
    "velo-nord": (
        DemoSale(
            22,
            "Freja Holm",
            "freja.holm@example.test",
            "Nørregade 5",
            "København",
            "1165",
            "DK",
            (("city-bike", 1), ("lock", 1)),
            "PostNord",
        ),
        DemoSale(
            12,
            "Jonas Berg",
            "jonas.berg@example.test",
            "Strandvägen 9",
            "Malmö",
            "211 15",
            "SE",
            (("pannier", 2),),
            "PostNord",
        ),
        DemoSale(
            7,
            "Sam Shopper",
            SHOPPER,
            "12 avenue de la Liberté",
            "Luxembourg",
            "1930",
            "LU",
            (("bell", 1), ("light-set", 1)),
            "PostNord",
        ),
        DemoSale(
            4,
            "Ida Krogh",
            "ida.krogh@example.test",
            "Åboulevarden 31",
            "Aarhus",
            "8000",
            "DK",
            (("helmet", 2), ("rain-cape", 1)),
            "PostNord",
        ),
        DemoSale(
            2,
            "Oskar Lind",
            "oskar.lind@example.test",
            "Torggatan 4",
            "Göteborg",
            "411 05",
            "SE",
            (("light-set", 1),),
        ),
        DemoSale(
            0,
            "Maja Friis",
            "maja.friis@example.test",
            "Jernbanegade 12",
            "Odense",
            "5000",
            "DK",
            (("bell", 1), ("lock", 1)),
        ),
    ),
    "maison-tilleul": (
        DemoSale(
            8,
            "Nina Roth",
            "nina.roth@example.test",
            "9 Marktgasse",
            "Freiburg",
            "79098",
            "DE",
            (("candle", 2), ("honey", 1)),
            "Colissimo",
        ),
    ),
}

# Purchases at several shops: one payment, and an order at each of them.
BASKETS: tuple[DemoBasket, ...] = (
    DemoBasket(
        DemoSale(
            2,
            "Sam Shopper",
            SHOPPER,
            "7 rue du Fort Thüngen",
            "Luxembourg",
            "1499",
            "LU",
            (),
        ),
        (
            DemoPart("atelier-luxe", (("belt", 1),)),
            DemoPart("maison-tilleul", (("soap", 3), ("tea", 1)), "Colissimo"),
        ),
    ),
)
