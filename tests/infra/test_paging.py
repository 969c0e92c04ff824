"""Long lists, page by page: of more than a thousand rows nobody counts the rest."""

from __future__ import annotations

import pytest
from tortoise.expressions import Case, F, Q, When

from shared.infra.database import counting
from shared.infra.database.counting import count_each
from shared.infra.database.paging import window_of
from shared.trade.catalogue.models import Product
from tests.support.factories import make_product, make_vendor

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("_ten_products")]


@pytest.fixture
async def _ten_products(database: str) -> None:
    """Ten, of two vendors: the first has three, of which none is left of one."""
    first, second = await make_vendor(), await make_vendor(name="Vélo?")
    for number in range(10):
        stock = 0 if number == 0 else 5
        await make_product(first if number < 3 else second, stock=stock)


async def test_many_lists_are_counted_with_one_question() -> None:
    """As each alone: with joins, annotations, question marks, and conditions of every kind."""
    left = Case(When(stock__gt=F("reserved"), then="left"), default="sold out")
    lists = {
        "all": Product.all(),
        "of a vendor": Product.filter(vendor__name="Vélo?").order_by("-id"),
        "some": Product.filter(Q(stock__in=[0, 4]) | Q(name="?")),
        "annotated": Product.annotate(left=left).filter(left="left"),
        "none": Product.filter(vendor__slug__contains="?"),
    }
    alone = {name: await query.count() for name, query in lists.items()}
    assert await count_each(lists) == alone
    assert list(alone.values()) == [10, 7, 1, 9, 0]


@pytest.mark.parametrize(
    ("page", "number", "pages", "goes_on", "total"),
    [
        (1, 1, 2, True, 4),
        (2, 2, 2, True, 4),
        (3, 3, 5, False, 10),
        (5, 5, 5, False, 10),
        (99, 5, 5, False, 10),
        (-3, 1, 2, True, 4),
    ],
)
async def test_a_long_list_goes_on(
    monkeypatch: pytest.MonkeyPatch,
    page: int,
    number: int,
    pages: int,
    goes_on: bool,
    total: int,
) -> None:
    """Every row can be reached; all are counted only for who goes that far."""
    monkeypatch.setattr(counting, "MOST", 4)
    shown = await window_of(Product.all(), page=page, size=2)
    told = (shown.number, shown.pages, shown.goes_on, shown.total)
    assert told == (number, pages, goes_on, total)
    assert shown.has_next == (number < 5)
    assert shown.offset == 2 * (number - 1)


async def test_a_short_list_says_how_long_it_is() -> None:
    """As many as are counted, and not one more."""
    shown = await window_of(Product.all(), page=9, size=4)
    assert (shown.number, shown.pages, shown.goes_on, shown.total) == (3, 3, False, 10)
