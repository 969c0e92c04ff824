"""The marketplace's public face: home, the directory of shops, what selling costs, the small
print.
"""

from __future__ import annotations

from quart import Blueprint, Response, request

from shared.core.errors import NotFound
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.markup import blocks
from shared.core.money import Money
from shared.core.words import word
from shared.entrypoints.web.access import public
from shared.entrypoints.web.filters import money
from shared.entrypoints.web.limits import limit_instead
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.market import market
from shared.entrypoints.web.pages import page
from shared.entrypoints.web.paging import address, id_in
from shared.entrypoints.web.same_for_all import same_for_all
from shared.trade.catalogue.categories import category_cards
from shared.trade.catalogue.queries import clean_search, showcase
from shared.trade.commission import words
from shared.trade.commission.pricing import has_amounts, offer
from shared.trade.commission.queries import active_rules, get_policy
from shared.trade.commission.rules import NEW_VENDOR_FEE, Rule, Sold, charge
from shared.trade.marketplace import presentation
from shared.trade.marketplace.legal import LegalKind, title
from shared.trade.orders import terms as order_terms
from shared.trade.vendors.open_shops import open_shops, selling_vendors
from shared.trade.vendors.queries import fee_payers
from storefront.described.pages import of_home, of_page

platform = Blueprint("platform", __name__)

MOST_CATEGORIES = 6  # on the home page
_EXAMPLE = Money(10000, "EUR")


@frozen
class Terms:
    """What selling costs, in words: `headline` is all that is paid here, `usual` what a new shop
    pays of most things.
    """

    is_one_price: bool
    headline: str
    usual: str
    others: tuple[str, ...]
    agreed: str
    agreed_amounts: bool
    rule: Rule


async def _terms() -> Terms:
    """As orders are charged: by the operator's rules and each vendor's own percentage."""
    rules, payers = await active_rules(), await fee_payers()
    found = offer(rules, payers, newcomer=NEW_VENDOR_FEE, currency=_EXAMPLE.currency)
    usual = words.charge(found.usual, money)
    return Terms(
        is_one_price=found.is_one_price,
        headline=usual if found.is_one_price else words.span(found.everything),
        usual=usual,
        others=tuple(_sentence(rule) for rule in found.others),
        agreed=words.span(found.agreed) if found.agreed else "",
        agreed_amounts=any(map(has_amounts, found.agreed)),
        rule=found.usual,
    )


def _sentence(rule: Rule) -> str:
    if rule.id is None:
        return _("%(share)s on everything else", share=words.charge(rule, money))
    return words.sentence(rule, money)


@platform.get("/")
@public
@same_for_all()
async def home() -> Response:
    """Sell the idea: shops, things, how it works; selling comes second."""
    products = await showcase(limit=12)
    tiles = products[8:] if len(products) == 12 else products[:4]
    cards = [card for card in await category_cards() if card.has_products]
    return await page(
        "storefront/platform/home.html",
        cards=cards[:MOST_CATEGORIES],
        vendors=await selling_vendors(6),
        products=products[:8],
        tiles=tiles,
        terms=await _terms(),
        meta=of_home(await market()),
    )


@platform.get("/vendors")
@public
@same_for_all("after")
async def directory() -> Response:
    """Every open shop, or those that a search finds; things are found at `/search`."""
    search = clean_search(request.args.get("q"))
    after = id_in(request.args.get("after"))
    shops = await open_shops(search=search, after=after)
    here = url_for("platform.directory")
    return await page(
        "storefront/platform/vendors.html",
        fragments={"more": "more"},
        query=search,
        is_first=not after,
        meta=None if search or after else of_page("platform.directory", _("Shops")),
        shops=shops,
        products=address(url_for("search.results"), q=search) if search else None,
        more=address(here, q=search, after=shops.next) if shops.next else None,
    )


@platform.get("/pricing")
@public
@same_for_all()
async def pricing() -> Response:
    """What selling here costs, with an example worked out by the rule that orders use."""
    terms = await _terms()
    line = Sold(
        vendor_id=0,
        product_id=None,
        category="",
        amount=_EXAMPLE.amount,
    )
    (charged,) = charge(
        [line],
        [],
        _EXAMPLE.currency,
        otherwise=terms.rule,
    )
    fee = Money(charged.amount, _EXAMPLE.currency)
    return await page(
        "storefront/platform/pricing.html",
        terms=terms,
        example=_EXAMPLE,
        fee=fee,
        rest=_EXAMPLE - fee,
        basis=words.basis_sentence((await get_policy()).commission_basis),
        meta=of_page("platform.pricing", _("Pricing")),
    )


@platform.get("/sell")
@public
@same_for_all()
async def sell() -> Response:
    """Why and how to open a shop."""
    return await page(
        "storefront/platform/sell.html",
        meta=of_page("platform.sell", _("Sell with us")),
    )


@platform.get("/legal/rights")
@public
@same_for_all()
async def rights() -> Response:
    """What the law gives consumers: withdrawal, guarantee, who sells."""
    return await page(
        "storefront/platform/rights.html",
        meta=of_page("platform.rights", _("Your rights")),
    )


@platform.get("/legal/ranking")
@public
@same_for_all()
async def ranking() -> Response:
    """By what lists are ordered."""
    return await page(
        "storefront/platform/ranking.html",
        meta=of_page("platform.ranking", _("How lists are ordered")),
    )


@platform.get("/legal/accessibility")
@public
@same_for_all()
async def accessibility() -> Response:
    """How everybody can use these pages."""
    return await page(
        "storefront/platform/accessibility.html",
        meta=of_page("platform.accessibility", _("Accessibility")),
    )


@platform.get("/legal/terms")
@public
@same_for_all("version")
async def terms() -> Response:
    """The terms that hold, or with `version` those of before."""
    return await _legal(LegalKind.TERMS) or await page(
        "storefront/platform/terms.html",
        version=order_terms.VERSION,
        returns=word("orders.returns", order_terms.VERSION),
    )


@platform.get("/legal/privacy")
@public
@same_for_all("version")
async def privacy() -> Response:
    """What is kept of whom."""
    return await _legal(LegalKind.PRIVACY) or await page(
        "storefront/platform/privacy.html"
    )


@platform.get("/legal/imprint")
@public
@same_for_all("version")
async def imprint() -> Response:
    """Who runs the marketplace and how to reach them."""
    return await _legal(LegalKind.IMPRINT) or await page(
        "storefront/platform/imprint.html"
    )


async def _legal(kind: LegalKind) -> Response | None:
    """The operator's own text, in the version that is asked for; None where ours stands.

    Raises NotFound.
    """
    asked = request.args.get("version", "")[:20]
    current = await presentation.current(kind)
    text = await presentation.published(kind, asked) if asked else current
    if text is None:
        if asked:
            raise NotFound(_("There is no such version."))
        return None
    return await page(
        "storefront/platform/legal.html",
        title=title(kind),
        text=text,
        blocks=blocks(text.text),
        newer=text != current,
    )


@platform.get("/brand/logo/<digest>")
@public
@limit_instead("6000/minute")
async def logo(digest: str) -> Response:
    """The marketplace's own logo, named by its content: what stands there never changes."""
    found = await presentation.logo(digest[:64])
    headers = {
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(found.content, content_type=found.media_type, headers=headers)
