"""What the demo marketplace consists of: vendors and products. Data only."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.trade.catalogue.rules import Option

PASSWORD = "markethall-demo"  # noqa: S105 - the demo's, for development with the stand-in only
OPERATOR = "operator@markethall.test"
SHOPPER = "shopper@markethall.test"
OWNER = "owner@atelier-luxe.test"  # of the first vendor below


@frozen
class Goods:
    """A product; `price` in major units of its vendor's currency."""

    slug: str
    name: str
    category: str
    price: str
    stock: int  # of each variant, where it has options
    description: str
    options: tuple[Option, ...] = ()


@frozen
class DemoVendor:
    """A vendor; `business_type` is what it tells Stripe, None: it has not connected."""

    slug: str
    name: str
    owner: str
    country: str
    city: str
    color: str
    tagline: str
    description: str
    business_type: str | None
    fee: str
    goods: tuple[Goods, ...]
    vat_number: str = ""  # made up; its check digit fits

    @property
    def email(self) -> str:
        """Its owner's sign-in."""
        return f"owner@{self.slug}.test"


LUXE = DemoVendor(
    "atelier-luxe",
    "Atelier Luxe",
    "Claire Hoffmann",
    "LU",
    "Luxembourg",
    "#7c2d12",
    "Leather goods, cut and stitched in Luxembourg",
    (
        "A workshop of four near the Grund. We use vegetable-tanned hides from one tannery, linen "
        "thread, and no glue where a stitch will do. Every piece is made to be repaired: send it "
        "back after ten years and we will see to it."
    ),
    "company",
    "10.00",
    (
        Goods(
            "watch-strap",
            "Watch strap",
            "Small leather",
            "69.00",
            8,
            (
                "Calf leather over a soft lining, stitched by hand, with a brushed brass buckle. "
                "Quick-release bars: **no tool needed**.\n\n## Which width\n"
                "- 18 mm for watches up to 36 mm\n- 20 mm for most\n- 22 mm for large ones"
            ),
            options=(
                Option("Colour", ("Cognac", "Black", "Navy")),
                Option("Width", ("18 mm", "20 mm", "22 mm")),
            ),
        ),
        Goods(
            "tote-bag",
            "Market tote",
            "Bags",
            "289.00",
            14,
            (
                "A roomy tote of 2 mm saddle leather that stands on its own. Inside a zipped "
                "pocket and a key leash; the handles are long enough for a winter coat. Darkens "
                "with the years."
            ),
        ),
        Goods(
            "crossbody-bag",
            "Crossbody bag",
            "Bags",
            "219.00",
            9,
            (
                "Holds a book, a phone and a small umbrella. One long strap with five holes, solid "
                "brass fittings, unlined so that you feel the leather."
            ),
        ),
        Goods(
            "weekender",
            "Weekender",
            "Bags",
            "549.00",
            4,
            (
                "Two nights away, or one with a suit. Doubled base, full-length zip, detachable "
                "shoulder strap; fits the overhead locker."
            ),
        ),
        Goods(
            "card-wallet",
            "Card wallet",
            "Small leather",
            "49.90",
            60,
            (
                "Four pockets for six to eight cards and a folded note. Thin enough for a shirt "
                "pocket, saddle-stitched by hand."
            ),
        ),
        Goods(
            "zip-wallet",
            "Zip wallet",
            "Small leather",
            "89.00",
            31,
            (
                "Coins, notes and cards behind one zip that opens flat. Eight card slots, two note "
                "pockets."
            ),
        ),
        Goods(
            "belt",
            "Bridle belt",
            "Small leather",
            "79.00",
            40,
            (
                "35 mm of bridle leather with a forged buckle. Cut to measure: tell us your "
                "trouser size in the address line."
            ),
        ),
        Goods(
            "key-fob",
            "Key fob",
            "Small leather",
            "24.50",
            85,
            (
                "An offcut too good to throw away, a brass ring, one rivet. Every one is a little "
                "different."
            ),
        ),
        Goods(
            "care-kit",
            "Leather care kit",
            "Care",
            "32.00",
            7,
            "Beeswax balm, horsehair brush and a cotton cloth in a tin. Twice a year is enough.",
        ),
    ),
)

VELO = DemoVendor(
    "velo-nord",
    "Vélo Nord",
    "Mads Sørensen",
    "DK",
    "Aarhus",
    "#0f4c5c",
    "Bicycles for every day of the year",
    (
        "We build steel city bikes in Aarhus and sell the things that make riding them in November "
        "a pleasure. Bikes leave the workshop adjusted and ridden once around the harbour."
    ),
    "company",
    "3.00",
    (
        Goods(
            "city-bike",
            "City bike, 8 gears",
            "Bicycles",
            "8495.00",
            6,
            (
                "Lugged steel frame, hub gear, coaster brake, dynamo light. Comes with mudguards "
                "and a rack that carries 25 kg."
            ),
        ),
        Goods(
            "cargo-bike",
            "Cargo bike, front box",
            "Bicycles",
            "21900.00",
            2,
            (
                "Two children or a week's shopping in a low box of birch plywood. Hydraulic "
                "brakes, parking stand, rain hood to order."
            ),
        ),
        Goods(
            "helmet",
            "City helmet",
            "Safety",
            "649.00",
            25,
            (
                "Light, deep at the back, with a magnetic buckle for gloved hands. Sizes 54 to 61 "
                "by a dial."
            ),
        ),
        Goods(
            "light-set",
            "Light set",
            "Safety",
            "399.00",
            48,
            (
                "Front 80 lux, rear with stand light. Charges by cable in two hours and lasts a "
                "working week."
            ),
        ),
        Goods(
            "lock",
            "Chain lock",
            "Safety",
            "549.00",
            17,
            "A metre of hardened chain in a cotton sleeve that spares your paint. Three keys.",
        ),
        Goods(
            "bell",
            "Brass bell",
            "Accessories",
            "189.00",
            70,
            "One clear note, turned from solid brass. Rings over a harbour wind.",
        ),
        Goods(
            "pannier",
            "Roll-top pannier",
            "Accessories",
            "729.00",
            22,
            "20 litres, welded seams, clicks on and off with one hand. Reflective on both sides.",
        ),
        Goods(
            "rain-cape",
            "Rain cape",
            "Accessories",
            "599.00",
            12,
            (
                "Covers you, the handlebars and the bag. Thumb loops against the wind, packs into "
                "its own pocket."
            ),
        ),
    ),
    vat_number="DK12345674",
)

NEW = DemoVendor(
    "new-vendor",
    "New Vendor",
    "Nora Peeters",
    "BE",
    "Ghent",
    "#3f6212",
    "Stoneware from a small kiln, just moved in",
    (
        "Thrown by hand in a garden studio in Ghent and fired twice. New here: the shop opens for "
        "orders once payments are set up."
    ),
    None,
    "2.50",
    (
        Goods(
            "cup",
            "Cup without a handle",
            "Tableware",
            "24.00",
            24,
            "Holds 220 ml and warms both hands. Speckled stoneware, dishwasher safe.",
        ),
        Goods(
            "bowl",
            "Breakfast bowl",
            "Tableware",
            "34.00",
            18,
            "Deep enough for soup, wide enough for muesli. Each rim was trimmed by eye.",
        ),
        Goods(
            "plate",
            "Dinner plate",
            "Tableware",
            "38.00",
            30,
            "27 cm across with a slight lip. The glaze pools where the wheel slowed down.",
        ),
        Goods(
            "vase",
            "Bottle vase",
            "For the house",
            "68.00",
            5,
            "For one branch or three tulips. Ash glaze, no two alike.",
        ),
    ),
)
