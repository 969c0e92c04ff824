"""Everything that the storefront serves."""

from __future__ import annotations

from storefront.account.addresses import addresses
from storefront.account.business import business
from storefront.account.cards import cards
from storefront.account.own_data import own_data
from storefront.account.security import forgotten, security
from storefront.account.views import account
from storefront.aftersale.again import again
from storefront.aftersale.messages import messages
from storefront.aftersale.views import aftersale
from storefront.aftersale.withdrawal import withdrawal
from storefront.basket.views import basket
from storefront.checkout.delivery_parts import parts
from storefront.checkout.pressing import pressing
from storefront.checkout.views import checkout
from storefront.described.lists import described
from storefront.platform.language import languages
from storefront.platform.report import reporting
from storefront.platform.views import platform
from storefront.receipts.views import receipts
from storefront.search.categories import categories
from storefront.search.views import search
from storefront.shops.pictures import blueprint as pictures
from storefront.shops.views import shops

BLUEPRINTS = (
    platform,
    languages,
    reporting,
    described,
    search,
    categories,
    shops,
    pictures,
    basket,
    checkout,
    parts,
    pressing,
    receipts,
    aftersale,
    again,
    messages,
    withdrawal,
    account,
    addresses,
    business,
    cards,
    own_data,
    security,
    forgotten,
)
