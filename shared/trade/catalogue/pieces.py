"""What every list of products asks for: products without their variants, and how many there are of
each.

A product with options has the pieces of its variants on offer. They are counted when it is read:
a sum kept in its row would make each order of a variant wait for that row.
"""

from __future__ import annotations

from typing import Any

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet

from shared.trade.catalogue.models import Product

# Behind it a variant's own part of its address in the table, which no page answers to.
VARIANT_MARK = "~"
PIECES = ("stock_of_all", "reserved_of_all")
# A product's pieces, or those of its variants on offer.
OF_ALL = (
    """(CASE WHEN "products"."options" = '' OR "products"."parent_id" IS NOT NULL"""
    """ THEN "products"."{0}" ELSE (SELECT COALESCE(SUM(v.{0}), 0) FROM products v"""
    """ WHERE v.parent_id = "products"."id" AND v.is_published) END)"""
)
# Whether nothing of a product in the table `p` can be bought.
IS_GONE = (f"({OF_ALL.format('stock')} <= {OF_ALL.format('reserved')})").replace(
    '"products"', "p"
)


def listed(*conditions: Q, **values: Any) -> QuerySet[Product]:
    """The products that meet these conditions, as lists have them: without their variants."""
    return Product.filter(
        *conditions,
        **values,
        parent_id=None,
    )


def with_pieces(query: QuerySet[Product]) -> QuerySet[Product]:
    """Add the columns PIECES: what there is of each product, and what open orders hold of it."""
    return query.annotate(
        stock_of_all=RawSQL(OF_ALL.format("stock")),
        reserved_of_all=RawSQL(OF_ALL.format("reserved")),
    )
