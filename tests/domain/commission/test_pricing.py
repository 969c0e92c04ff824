"""What the price page says: true of the rules that the operator set and of what the vendors really
pay.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.trade.commission import words
from shared.trade.commission.pricing import Offer, Payer, offer
from shared.trade.commission.rules import Rule, Sold, choose

NEW = Decimal("2.50")


def of(rules: list[Rule], *percentages: str, currency: str = "EUR") -> Offer:
    """The offer under numbered `rules`, with a vendor (1, 2, ...) for each of the percentages."""
    numbered = [replace(rule, id=number) for number, rule in enumerate(rules, start=1)]
    payers = [
        Payer(number, currency, Decimal(rate))
        for number, rate in enumerate(percentages, start=1)
    ]
    return offer(numbered, payers, newcomer=NEW, currency="EUR")


def rates(rules: tuple[Rule, ...]) -> list[str]:
    return [f"{rule.percentage.normalize():f}" for rule in rules]


BAGS = Rule(Decimal(10), category="Bags")
CASES = {
    "nobody sells yet": ([], [], "2.5", [], []),
    "all pay what a new vendor pays": ([], ["2.50", "2.5"], "2.5", [], []),
    "two shops agreed on something else": (
        [],
        ["10", "2.5", "3"],
        "2.5",
        [],
        ["10", "3"],
    ),
    "agreed alike is named once": ([], ["10", "10"], "2.5", [], ["10"]),
    "a category has its own": ([BAGS], ["2.5"], "2.5", ["10"], []),
    "a rule for all replaces the percentages": (
        [Rule(Decimal(5))],
        ["10", "3"],
        "5",
        [],
        [],
    ),
    "what stands behind a rule for all is never reached": (
        [Rule(Decimal(5)), BAGS],
        [],
        "5",
        [],
        [],
    ),
    "a category before a rule for all": (
        [BAGS, Rule(Decimal(5))],
        ["3"],
        "5",
        ["10"],
        [],
    ),
    "a rule of one vendor": (
        [Rule(Decimal(7), vendor_id=2)],
        ["2.5", "2.5"],
        "2.5",
        [],
        ["7"],
    ),
    "a rule of a vendor that is not there": (
        [Rule(Decimal(7), vendor_id=9)],
        ["2.5"],
        "2.5",
        [],
        [],
    ),
    "a product of one vendor": (
        [Rule(Decimal(7), vendor_id=1, product_id=4)],
        ["2.5"],
        "2.5",
        [],
        ["7"],
    ),
    "one currency alone": (
        [Rule(Decimal(5), currency="EUR")],
        [],
        "5",
        ["2.5"],
        [],
    ),
    "another currency alone": (
        [Rule(Decimal(5), currency="DKK")],
        [],
        "2.5",
        ["5"],
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_price_page_names_what_is_paid(case: str) -> None:
    """The usual rate of a new vendor, what holds whoever sells, and what single shops agreed on."""
    rules, percentages, usual, others, agreed = CASES[case]
    found = of(rules, *percentages)
    assert rates((found.usual,)) == [usual]
    assert (rates(found.others), rates(found.agreed)) == (others, agreed)
    assert found.is_one_price == (not others and not agreed)


@pytest.mark.parametrize(
    ("percentages", "said"),
    [
        (["2.5"], "2.5%"),
        (["10", "3"], "from 2.5% to 10%"),
        (["1"], "from 1% to 2.5%"),
        (["0"], "from 0% to 2.5%"),
    ],
)
def test_the_headline_is_what_is_paid_at_least_and_at_most(
    percentages: list[str], said: str
) -> None:
    """One rate, or from the lowest to the highest."""
    assert words.span(of([], *percentages).everything) == said


RULES = st.builds(
    Rule,
    percentage=st.sampled_from([Decimal(n) for n in (0, 3, 5, 10)]),
    currency=st.sampled_from([None, "EUR", "DKK"]),
    vendor_id=st.sampled_from([None, None, 1, 2]),
    category=st.sampled_from(["", "", "Bags", "Cups"]),
)


@given(
    rules=st.lists(RULES, max_size=5),
    percentages=st.lists(st.sampled_from(["2.5", "3", "10"]), max_size=3),
    currency=st.sampled_from(["EUR", "DKK"]),
    category=st.sampled_from(["", "Bags", "Cups"]),
)
def test_no_sale_is_charged_what_the_price_page_does_not_name(
    rules: list[Rule], percentages: list[str], currency: str, category: str
) -> None:
    """Whatever rules there are: each vendor's rate for a sale lies within the headline, and is one
    of those named.
    """
    found = of(rules, *percentages, currency=currency)
    numbered = [replace(rule, id=number) for number, rule in enumerate(rules, start=1)]
    named = {rule.percentage for rule in found.everything} | {NEW}
    for vendor_id, percentage in enumerate(percentages, start=1):
        line = Sold(vendor_id, None, category, 1000)
        paid = choose(numbered, line, currency, otherwise=Rule(Decimal(percentage)))
        assert paid.percentage in named
