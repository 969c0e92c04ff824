"""Rules of commission: which holds, what it charges, which are refused. Pure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import Invalid
from shared.core.money import MAX_AMOUNT, Money, step
from shared.trade.commission import words
from shared.trade.commission.rules import (
    Rule,
    Sold,
    charge,
    check,
    choose,
    commission,
    covers,
    holds,
    in_force,
    read_snapshot,
    share,
    snapshot,
)

RATES = st.decimals(min_value=0, max_value=Decimal("99.99"), places=2)


CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "ISK", "UGX"])


STANDARD = Rule(Decimal("2.50"))


@st.composite
def rules_in(draw: st.DrawFn, currency: str, *, conditions: bool = False) -> Rule:
    """A rule that `check` lets through, with or without amounts in `currency`."""
    unit = step(currency)
    amounts: dict[str, Any] = {}
    if draw(st.booleans()):
        low, fixed, high = sorted(
            draw(
                st.lists(
                    st.integers(0, 2000),
                    min_size=3,
                    max_size=3,
                )
            )
        )
        amounts = {
            "currency": currency,
            "fixed": fixed * unit,
            "minimum": draw(st.sampled_from([None, low * unit])),
            "maximum": draw(st.sampled_from([None, high * unit])),
        }
    if conditions:
        amounts["category"] = draw(st.sampled_from(["", "Bags", "cups "]))
        amounts["vendor_id"] = draw(st.sampled_from([None, 1, 2]))
    return Rule(draw(RATES), **amounts, id=draw(st.integers(1, 9)))


@st.composite
def orders(draw: st.DrawFn) -> tuple[str, list[Sold], list[Rule]]:
    """A currency, the lines of an order in it, and the operator's rules."""
    currency = draw(CURRENCIES)
    line = st.builds(
        Sold,
        vendor_id=st.just(1),
        product_id=st.integers(1, 5),
        category=st.sampled_from(["", "Bags", "Cups"]),
        amount=st.integers(1, 3000).map(lambda n: n * step(currency)),
    )
    lines = draw(st.lists(line, min_size=1, max_size=6))
    return (
        currency,
        lines,
        draw(st.lists(rules_in(currency, conditions=True), max_size=5)),
    )


class TestChoosing:
    LINE = Sold(1, 10, "Bags", 1000)

    @pytest.mark.parametrize(
        ("rule", "fits"),
        [
            (Rule(Decimal(5)), True),
            (Rule(Decimal(5), vendor_id=1), True),
            (Rule(Decimal(5), vendor_id=2), False),
            (Rule(Decimal(5), category="Bags"), True),
            (Rule(Decimal(5), category=" bags"), True),
            (Rule(Decimal(5), category="Cups"), False),
            (Rule(Decimal(5), product_id=10), True),
            (Rule(Decimal(5), product_id=11), False),
            (Rule(Decimal(5), currency="EUR"), True),
            (Rule(Decimal(5), currency="DKK"), False),
            (Rule(Decimal(5), vendor_id=1, category="Cups"), False),
        ],
    )
    def test_a_rule_holds_when_each_of_its_conditions_does(
        self, rule: Rule, fits: bool
    ) -> None:
        """Vendor, category, product and currency; what is left open holds for everything."""
        assert choose([rule], self.LINE, "EUR", otherwise=STANDARD) is (
            rule if fits else STANDARD
        )

    @given(orders())
    def test_the_first_that_holds_is_taken(
        self, order: tuple[str, list[Sold], list[Rule]]
    ) -> None:
        """No rule before the chosen one holds; the vendor's own percentage is the last resort."""
        currency, lines, rules = order
        for line in lines:
            chosen = choose(rules, line, currency, otherwise=STANDARD)
            before = rules[: rules.index(chosen)] if chosen is not STANDARD else rules
            assert all(
                choose([rule], line, currency, otherwise=STANDARD) is STANDARD
                for rule in before
            )

    @given(orders())
    def test_a_rule_that_is_covered_is_never_reached(
        self, order: tuple[str, list[Sold], list[Rule]]
    ) -> None:
        """Wherever it holds, the one above it holds as well; so what a vendor is told leaves it out
        and loses nothing.
        """
        currency, lines, rules = order
        for line in lines:
            for one in rules:
                for other in rules:
                    if covers(one, other) and holds(other, line, currency):
                        assert holds(one, line, currency)
            chosen = choose(rules, line, currency, otherwise=STANDARD)
            told = in_force(rules, vendor_id=line.vendor_id, currency=currency)
            assert choose(told, line, currency, otherwise=STANDARD) == chosen

    def test_what_a_vendor_is_told_ends_with_the_rule_for_everything(self) -> None:
        """Rules of others, in other currencies, or behind one that always holds are not listed."""
        bags = Rule(Decimal(10), category="Bags", id=1)
        other = Rule(Decimal(9), vendor_id=2, id=2)
        crowns = Rule(Decimal(8), fixed=100, currency="DKK", id=3)
        rest = Rule(Decimal(7), id=4)
        never = Rule(Decimal(6), id=5)
        assert in_force(
            [bags, other, crowns, rest, never], vendor_id=1, currency="EUR"
        ) == (
            bags,
            rest,
        )
        assert in_force(
            [bags, other, crowns, rest, never], vendor_id=None, currency=None
        ) == (
            bags,
            crowns,
            rest,
        )
        cups = Rule(Decimal(5), category="Cups", id=6)
        again = Rule(Decimal(4), category="bags", vendor_id=1, id=7)
        assert in_force([bags, again, cups, rest], vendor_id=1, currency="EUR") == (
            bags,
            cups,
            rest,
        )


class TestCommission:
    @given(
        data=st.data(),
        currency=CURRENCIES,
        pieces=st.integers(0, 90_000),
    )
    def test_it_keeps_bounds_and_step(
        self, data: st.DataObject, currency: str, pieces: int
    ) -> None:
        """Never negative, never above the line or the maximum, at least the minimum where the line
        allows, in whole steps.
        """
        rule, amount = data.draw(rules_in(currency)), pieces * step(currency)
        fee = commission(amount, rule, currency)
        assert 0 <= fee <= amount
        assert fee % step(currency) == 0
        assert rule.maximum is None or fee <= rule.maximum
        assert rule.minimum is None or fee >= min(rule.minimum, amount)

    @given(
        data=st.data(),
        currency=CURRENCIES,
        pieces=st.integers(0, 90_000),
    )
    def test_it_is_half_up(
        self, data: st.DataObject, currency: str, pieces: int
    ) -> None:
        """Percentage and fixed part are rounded once, together; a half goes up."""
        unit = step(currency)
        rule = data.draw(
            rules_in(currency).filter(lambda r: r.minimum is None and r.maximum is None)
        )
        exact = (
            Fraction(pieces * unit) * Fraction(rule.percentage) / 100 + rule.fixed
        ) / unit
        assert (
            commission(pieces * unit, rule, currency)
            == min(int(exact + Fraction(1, 2)), pieces) * unit
        )

    @given(
        data=st.data(),
        currency=CURRENCIES,
        pieces=st.integers(0, 90_000),
    )
    def test_a_dearer_line_never_pays_less(
        self, data: st.DataObject, currency: str, pieces: int
    ) -> None:
        """The commission grows with the amount."""
        rule, unit = data.draw(rules_in(currency)), step(currency)
        assert commission(pieces * unit, rule, currency) <= commission(
            (pieces + 1) * unit, rule, currency
        )

    @pytest.mark.parametrize(
        ("amount", "fee"),
        [
            (100, 100),
            (1999, 100),
            (2000, 100),
            (2010, 101),
            (9990, 500),
            (10_000, 500),
            (10_010, 500),
            (99, 99),
        ],
    )
    def test_minimum_and_maximum_of_one_rule_both_hold(
        self, amount: int, fee: int
    ) -> None:
        """5 % of a small line is the minimum, of a dear one the maximum, and between them 5 %;
        never above the line.
        """
        rule = Rule(Decimal(5), currency="EUR", minimum=100, maximum=500)
        assert commission(amount, rule, "EUR") == fee

    def test_a_rule_of_another_currency_is_a_programming_error(self) -> None:
        """It was chosen wrongly."""
        with pytest.raises(ValueError, match="does not hold for"):
            commission(1000, Rule(Decimal(5), currency="DKK"), "EUR")

    @given(orders())
    def test_the_lines_together_stay_below_the_total(
        self, order: tuple[str, list[Sold], list[Rule]]
    ) -> None:
        """0 <= fee < total for any rules, each line within itself and in whole steps; the same
        input gives the same lines.
        """
        currency, lines, rules = order
        charged = charge(lines, rules, currency, otherwise=STANDARD)
        total = sum(line.amount for line in lines)
        assert 0 <= sum(c.amount for c in charged) < total
        assert all(
            0 <= c.amount <= line.amount for c, line in zip(charged, lines, strict=True)
        )
        assert all(c.amount % step(currency) == 0 for c in charged)
        assert charged == charge(lines, rules, currency, otherwise=STANDARD)

    def test_what_is_too_much_comes_off_the_last_line(self) -> None:
        """A fixed part above a small order leaves the vendor one cent, taken off at the end."""
        rule = Rule(Decimal(0), fixed=500, currency="EUR")
        charged = charge(
            [
                Sold(1, 1, "", 300),
                Sold(1, 2, "", 200),
            ],
            [rule],
            "EUR",
            otherwise=STANDARD,
        )
        assert [c.amount for c in charged] == [300, 199]

    @given(amount=st.integers(1, MAX_AMOUNT), rate=RATES)
    def test_one_line_without_rules_pays_the_vendors_share(
        self, amount: int, rate: Decimal
    ) -> None:
        """The rule of last resort is what `share` always was."""
        (charged,) = charge(
            [Sold(1, 1, "", amount)],
            [],
            "EUR",
            otherwise=Rule(rate),
        )
        assert charged.amount == share(amount, rate, "EUR")


class TestChecking:
    @pytest.mark.parametrize(
        ("rule", "field"),
        [
            (Rule(Decimal(100)), "percentage"),
            (Rule(Decimal("-0.01")), "percentage"),
            (Rule(Decimal("NaN")), "percentage"),
            (Rule(Decimal("1.005")), "percentage"),
            (Rule(Decimal(1), fixed=30), "currency"),
            (Rule(Decimal(1), minimum=0), "currency"),
            (Rule(Decimal(1), maximum=30), "currency"),
            (Rule(Decimal(1), fixed=-1, currency="EUR"), "fixed_amount"),
            (Rule(Decimal(1), fixed=MAX_AMOUNT + 1, currency="EUR"), "fixed_amount"),
            (Rule(Decimal(1), minimum=150, currency="ISK"), "minimum_amount"),
            (
                Rule(Decimal(1), minimum=200, maximum=100, currency="EUR"),
                "maximum_amount",
            ),
            (
                Rule(Decimal(1), fixed=200, maximum=100, currency="EUR"),
                "maximum_amount",
            ),
        ],
    )
    def test_a_rule_that_could_never_be_charged_is_refused(
        self, rule: Rule, field: str
    ) -> None:
        """With a sentence at the field that is wrong."""
        with pytest.raises(Invalid) as refused:
            check(rule)
        assert refused.value.param == field

    @given(data=st.data(), currency=CURRENCIES)
    def test_what_was_charged_can_be_read_later(
        self, data: st.DataObject, currency: str
    ) -> None:
        """The snapshot on a line holds all that its commission came from."""
        rule, amount = data.draw(rules_in(currency)), 5000 * step(currency)
        check(rule)
        kept = read_snapshot(snapshot(rule), currency)
        assert kept is not None
        assert (kept.id, commission(amount, kept, currency)) == (
            rule.id,
            commission(amount, rule, currency),
        )
        has_amounts = rule.fixed or rule.minimum is not None or rule.maximum is not None
        assert kept.currency == (currency if has_amounts else None)
        assert (
            len(
                snapshot(
                    Rule(
                        Decimal("99.99"),
                        MAX_AMOUNT,
                        MAX_AMOUNT,
                        MAX_AMOUNT,
                        "EUR",
                        id=2**63,
                    )
                )
            )
            <= 255
        )

    def test_older_lines_have_no_rule(self) -> None:
        """Their commission is their part of the order's."""
        assert read_snapshot("", "EUR") is None


def test_rules_in_words() -> None:
    """As a vendor reads them."""
    bags = Rule(Decimal(10), fixed=30, maximum=2000, currency="EUR", category="Bags")
    write = str  # `€0.30`; pages hand in their own filter
    assert words.sentence(bags, write) == "10% + €0.30 on Bags, at most €20.00"
    assert words.sentence(Rule(Decimal("2.50")), write) == "2.5% on everything"
    assert (
        words.sentence(Rule(Decimal(0), product_id=1), write, "A tote")
        == "0% on A tote"
    )
    assert (
        words.sentence(Rule(Decimal(3), currency="DKK"), write)
        == "3% on everything sold in DKK"
    )
    only = Rule(Decimal(0), fixed=30, minimum=30, currency="EUR")
    assert words.charge(only, write) == f"{Money(30, 'EUR')}, at least €0.30"
