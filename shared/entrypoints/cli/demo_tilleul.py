"""The demo's fourth vendor: like the first it sells in euros, so that a basket of both is one
payment. Data only.
"""

from __future__ import annotations

from shared.entrypoints.cli.demo_goods import DemoVendor, Goods

TILLEUL = DemoVendor(
    "maison-tilleul",
    "Maison Tilleul",
    "Juliette Renard",
    "FR",
    "Nancy",
    "#3f5b3a",
    "Soap, tea and candles from lime trees and bees",
    (
        "Two sisters, nine hives and an avenue of old lime trees outside Nancy. What the bees and "
        "the blossom give in June we make last for a year."
    ),
    "company",
    "8.00",
    (
        Goods(
            "soap",
            "Lime blossom soap",
            "Bath",
            "9.50",
            60,
            (
                "Cold-stirred from olive and rapeseed oil with an extract of lime blossom, and "
                "cured for six weeks. 100 g, wrapped in paper."
            ),
        ),
        Goods(
            "hand-balm",
            "Hand balm",
            "Bath",
            "16.00",
            34,
            "Beeswax, almond oil and nothing that smells of a laboratory. A tin of 60 ml.",
        ),
        Goods(
            "candle",
            "Beeswax candle",
            "For the house",
            "24.00",
            21,
            "Poured from our own wax. Burns for forty hours and smells of honey, even unlit.",
        ),
        Goods(
            "tea-towel",
            "Linen tea towel",
            "Tableware",
            "18.00",
            40,
            "Half linen with a blue stripe, 50 by 70 cm. Dries better with every wash.",
        ),
        Goods(
            "tea",
            "Lime blossom tea",
            "Pantry",
            "12.50",
            45,
            "Whole blossom, dried in the shade within a day. 50 g make about thirty cups.",
        ),
        Goods(
            "honey",
            "Lime honey",
            "Pantry",
            "11.00",
            52,
            "Pale, minty and a little bitter at the end. Spun cold, 250 g.",
        ),
    ),
)
