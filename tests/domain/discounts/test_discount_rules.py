"""What a code takes off which goods, and when it can be used; without a database."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.money import step
from shared.trade.discounts.allocation import reductions
from shared.trade.discounts.errors import (
    BelowLeast,
    CodeNotForThese,
    CodeNotYet,
    CodeOver,
    CodeRefused,
    CodeTakesNothing,
    CodeUsedByYou,
    CodeUsedUp,
    CodeWithoutGoods,
    OtherCurrency,
)
from shared.trade.discounts.rules import (
    BoughtLine,
    Discount,
    DiscountKind,
    Reduction,
    VendorGoods,
    shopper_key,
    typed_code,
)

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
TENTH = Discount(
    id=1,
    code="WELCOME10",
    kind=DiscountKind.PERCENT,
    percentage=Decimal(10),
)
FIVER = Discount(
    id=2,
    code="FIVER",
    kind=DiscountKind.AMOUNT,
    amount=500,
    currency="EUR",
)
FREE = Discount(id=3, code="FREE", kind=DiscountKind.SHIPPING)
CUPS = VendorGoods(
    7, "EUR", (BoughtLine(71, "Cups", 4990), BoughtLine(72, "Plates", 2010)), 490
)
BAGS = VendorGoods(8, "EUR", (BoughtLine(81, "Bags", 3000),), 0)
BIKES = VendorGoods(9, "DKK", (BoughtLine(91, "Bikes", 100_000),), 5000)


def _off(
    discount: Discount,
    *bought: VendorGoods,
    used: int = 0,
) -> dict[int, Reduction]:
    found = reductions(
        [discount],
        bought,
        now=NOW,
        used_by_shopper={discount.id: used},
    )
    return {one.vendor_id: one for one in found}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("welcome10", "WELCOME10"),
        (" Welcome 10 ", "WELCOME10"),
        ("ｗｅｌｃｏｍｅ１０", "WELCOME10"),
        ("welcome\N{EN DASH}10", "WELCOME-10"),
        ("wel\N{SOFT HYPHEN}come10", "WELCOME10"),
        ("été10", ""),
        ("A1", ""),
        ("X" * 41, ""),
        ("'; DROP TABLE discounts", ""),
        ("", ""),
    ],
)
def test_a_code_is_the_same_however_it_is_typed(typed: str, code: str) -> None:
    """Case, width, spaces and signs that nobody sees make no difference."""
    assert typed_code(typed) == code


@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("Ada@Example.test", "ada@example.test"),
        ("ada+two@example.test", "ada@example.test"),
        ("ada+two+three@example.test", "ada@example.test"),
        ("+odd@example.test", "+odd@example.test"),
        ("ada@müller.de", "ada@xn--mller-kva.de"),
    ],
)
def test_an_address_with_a_plus_is_the_same_shopper(email: str, key: str) -> None:
    """Whatever stands behind it reaches the same person."""
    assert shopper_key(email) == key


def test_a_percentage_is_of_the_whole_and_split_over_the_lines() -> None:
    """A tenth of 70.00 is 7.00, of which 4.99 and 2.01 are the lines'."""
    found = _off(TENTH, CUPS)[7]
    assert (found.goods, found.lines, found.shipping) == (700, {71: 499, 72: 201}, 0)


def test_an_amount_takes_off_no_more_than_there_is() -> None:
    """Five euros off things for three are three; sending is paid all the same."""
    small = VendorGoods(
        7, "EUR", (BoughtLine(71, "", 200), BoughtLine(72, "", 100)), 490
    )
    assert _off(FIVER, small)[7].lines == {71: 200, 72: 100}


def test_free_shipping_takes_off_what_sending_costs() -> None:
    """Nothing of the goods, and nothing of a vendor that sends for nothing anyway."""
    found = _off(FREE, CUPS, BAGS)
    assert [(one.goods, one.shipping) for one in found.values()] == [(0, 490), (0, 0)]
    assert found[7].frees_shipping


def test_free_shipping_is_promised_before_anybody_chose_how() -> None:
    """In the basket nobody knows yet what sending costs."""
    found = _off(FREE, replace(CUPS, shipping=None))[7]
    assert (found.total, found.frees_shipping) == (0, True)


def test_a_vendors_code_takes_off_its_own_goods_alone() -> None:
    """The vendor bears it, so it pays no commission of that."""
    found = _off(replace(FIVER, vendor_id=7), BAGS, CUPS)
    assert list(found) == [7]
    assert (found[7].goods, found[7].by_marketplace) == (500, 0)
    assert found[7].vendor_bears(71) == found[7].off_line(71) > 0


def test_a_marketplaces_code_is_split_over_the_vendors() -> None:
    """The marketplace bears all of it; commission is charged of the full price."""
    found = _off(FIVER, CUPS, BAGS)
    assert {vendor: one.goods for vendor, one in found.items()} == {7: 350, 8: 150}
    assert all(one.by_marketplace == one.goods for one in found.values())
    assert found[7].vendor_bears(71) == 0


def test_each_currency_is_counted_by_itself() -> None:
    """A tenth of euros and a tenth of crowns; five euros come off euros alone."""
    found = _off(TENTH, CUPS, BIKES)
    assert {vendor: one.goods for vendor, one in found.items()} == {7: 700, 9: 10_000}
    assert list(_off(FIVER, CUPS, BIKES)) == [7]


@pytest.mark.parametrize(
    ("discount", "off"),
    [
        (replace(TENTH, categories=frozenset({"Cups"})), {7: 499}),
        (replace(TENTH, vendor_ids=frozenset({8})), {8: 300}),
        (replace(FREE, categories=frozenset({"Bags"})), None),
        (
            replace(TENTH, vendor_ids=frozenset({8}), least=3000, currency="EUR"),
            {8: 300},
        ),
    ],
)
def test_a_marketplaces_code_may_be_for_some_goods(
    discount: Discount, off: dict[int, int] | None
) -> None:
    """For some vendors or categories; what it is for is what counts for the least, too."""
    if off is None:
        with pytest.raises(CodeTakesNothing):
            _off(discount, CUPS, BAGS)
        return
    found = _off(discount, CUPS, BAGS)
    assert {vendor: one.goods for vendor, one in found.items()} == off


@pytest.mark.parametrize(
    ("discount", "used", "why"),
    [
        (replace(TENTH, is_active=False), 0, CodeOver),
        (replace(TENTH, ends_at=NOW), 0, CodeOver),
        (replace(TENTH, starts_at=NOW + timedelta(seconds=1)), 0, CodeNotYet),
        (replace(TENTH, most_uses=3, uses=3), 0, CodeUsedUp),
        (replace(TENTH, most_per_shopper=1), 1, CodeUsedByYou),
        (replace(TENTH, vendor_id=99), 0, CodeWithoutGoods),
        (replace(TENTH, vendor_ids=frozenset({99})), 0, CodeNotForThese),
        (replace(TENTH, categories=frozenset({"Hats"})), 0, CodeNotForThese),
        (replace(FIVER, currency="SEK"), 0, OtherCurrency),
        (replace(FIVER, least=7001), 0, BelowLeast),
        (replace(TENTH, percentage=Decimal("0.001")), 0, CodeTakesNothing),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_code_that_cannot_be_used_says_why(
    discount: Discount, used: int, why: type[CodeRefused]
) -> None:
    """The sentence names the code."""
    with pytest.raises(why) as refused:
        _off(discount, CUPS, used=used)
    assert discount.code in refused.value.message


@pytest.mark.parametrize(
    "discount",
    [
        replace(TENTH, starts_at=NOW, ends_at=NOW + timedelta(seconds=1)),
        replace(TENTH, most_uses=3, uses=2),
        replace(TENTH, most_per_shopper=2),
        replace(FIVER, least=7000),
    ],
)
def test_a_code_can_be_used_up_to_its_limits(discount: Discount) -> None:
    """From its first moment, before its last, for the last use, from its least on."""
    assert _off(discount, CUPS, used=1)[7].goods


def test_how_much_is_missing_is_said() -> None:
    """One euro less than the least."""
    with pytest.raises(BelowLeast, match=r"€71\.00.*€1\.00"):
        _off(replace(FIVER, least=7100), CUPS)


def test_of_shops_with_the_same_code_each_takes_its_own_off() -> None:
    """One that cannot be used is no reason against another's."""
    mine = replace(TENTH, vendor_id=7)
    other = replace(FIVER, code="WELCOME10", vendor_id=8, is_active=False)
    found = reductions([other, mine], [CUPS, BAGS], now=NOW, used_by_shopper={})
    assert [(one.vendor_id, one.goods) for one in found] == [(7, 700)]
    with pytest.raises(CodeOver):
        reductions([other], [CUPS, BAGS], now=NOW, used_by_shopper={})


_CURRENCIES = st.sampled_from(["EUR", "JPY", "ISK", "KWD"])


@st.composite
def _baskets(draw: st.DrawFn) -> tuple[Discount, list[VendorGoods]]:
    currency = draw(_CURRENCIES)
    unit = step(currency)
    amounts = st.integers(1, 999_999).map(lambda n: n * unit)
    bought = []
    for vendor in range(1, draw(st.integers(1, 5)) + 1):
        lines = draw(st.lists(amounts, min_size=1, max_size=6))
        goods = [
            BoughtLine(vendor * 100 + n, "", amount) for n, amount in enumerate(lines)
        ]
        shipping = draw(st.integers(0, 900)) * unit
        bought.append(VendorGoods(vendor, currency, tuple(goods), shipping))
    kind = draw(st.sampled_from(list(DiscountKind)))
    is_amount = kind is DiscountKind.AMOUNT
    percent = draw(st.decimals("0.01", 100, places=2))
    discount = Discount(
        id=1,
        code="ANY",
        kind=kind,
        percentage=percent if kind is DiscountKind.PERCENT else None,
        amount=draw(amounts) if is_amount else 0,
        currency=currency if is_amount else "",
        vendor_id=draw(st.sampled_from([None, bought[0].vendor_id])),
    )
    return discount, bought


@given(_baskets(), st.randoms())
def test_whatever_is_taken_off_comes_to_it_exactly_in_any_order(
    drawn: tuple[Discount, list[VendorGoods]], order: random.Random
) -> None:
    """The lines come to the vendor's part, the parts to the whole; nothing goes below zero, each
    part can be charged, and a basket in another order is split alike.
    """
    discount, bought = drawn
    try:
        found = _off(discount, *bought)
    except CodeTakesNothing:
        return
    by_vendor = {part.vendor_id: part for part in bought}
    unit = step(bought[0].currency)
    for vendor, one in found.items():
        part = by_vendor[vendor]
        assert sum((one.lines or {}).values()) == one.goods
        for line in part.lines:
            assert 0 <= one.off_line(line.product_id) <= line.amount
        assert 0 <= one.shipping <= (part.shipping or 0)
        assert one.goods % unit == 0
        assert one.by_marketplace in (0, one.total)
    whole = sum(one.goods for one in found.values())
    if discount.kind is DiscountKind.AMOUNT:
        mine = [part for part in bought if discount.vendor_id in (None, part.vendor_id)]
        worth = sum(line.amount for part in mine for line in part.lines)
        assert whole == min(discount.amount, worth)
    shuffled = [_shuffled(part, order) for part in bought]
    order.shuffle(shuffled)
    assert _off(discount, *shuffled) == found


def _shuffled(part: VendorGoods, order: random.Random) -> VendorGoods:
    lines = list(part.lines)
    order.shuffle(lines)
    return replace(part, lines=tuple(lines))
