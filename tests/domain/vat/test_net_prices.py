"""What a business pays without VAT: nothing is lost, and nothing depends on the order of things."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.trade.vat.sales.net import GrossLine, net_prices, net_unit

RATES = st.sampled_from((0, 300, 550, 700, 950, 1350, 1900, 2100, 2550, 2700))
LINES = st.lists(
    st.builds(GrossLine, st.integers(1, 1_000_000), st.integers(1, 99), RATES),
    min_size=1,
    max_size=12,
)


def test_a_piece_costs_what_is_left_of_its_price() -> None:
    """At the consumer's rate, to the cent; whole units where a currency has nothing smaller."""
    found = net_prices([GrossLine(2000, 3, 1900), GrossLine(1000, 1, 700)], 490)
    assert found.units == (1681, 935)
    assert found.off_lines == (957, 65)
    # 420 of the sending follow the goods at 19 %, 70 those at 7 %
    assert (found.sending, found.off_sending) == (353 + 65, 67 + 5)
    assert found.taken_off == 957 + 65 + 72
    assert net_unit(200_000, 2400, 100) == 161_300
    assert net_unit(1, 2700) == 1


@given(LINES, st.integers(0, 100_000), st.sampled_from((1, 10, 100)))
def test_net_and_what_was_taken_off_are_the_consumers_price(
    lines: list[GrossLine], sending: int, step: int
) -> None:
    """To the minor unit; each piece is a multiple of the step, above zero, and within half a step
    of the exact price without VAT.
    """
    stepped = [GrossLine(line.unit * step, line.quantity, line.rate) for line in lines]
    found = net_prices(stepped, sending * step, step)
    paid = sum(
        unit * line.quantity for unit, line in zip(found.units, stepped, strict=True)
    )
    consumers = sum(line.gross for line in stepped) + sending * step
    assert paid + found.sending + found.taken_off == consumers
    assert 0 <= found.sending <= sending * step
    assert found.sending % step == 0
    for unit, off, line in zip(found.units, found.off_lines, stepped, strict=True):
        assert unit % step == 0
        assert 0 < unit <= line.unit
        assert off == (line.unit - unit) * line.quantity
        exact = line.unit * 10_000
        assert abs(unit * (10_000 + line.rate) - exact) * 2 <= (
            (10_000 + line.rate) * step
        )


@given(LINES, st.integers(0, 100_000), st.randoms(use_true_random=False))
def test_neither_order_nor_number_of_lines_matters(
    lines: list[GrossLine], sending: int, chance: object
) -> None:
    """Shuffled, and with each piece on a line of its own, all of it costs the same."""
    whole = net_prices(lines, sending)
    pieces = [
        GrossLine(line.unit, 1, line.rate)
        for line in lines
        for _each in range(line.quantity)
    ]
    chance.shuffle(pieces)  # type: ignore[attr-defined]
    cut = net_prices(pieces, sending)
    assert (cut.sending, cut.taken_off) == (whole.sending, whole.taken_off)


def test_of_two_rates_with_the_same_goods_the_higher_has_the_odd_cent() -> None:
    """Whichever came into the basket first."""
    lines = [GrossLine(1000, 1, 1900), GrossLine(1000, 1, 700)]
    assert net_prices(lines, 7).sending == 6
    assert net_prices(lines[::-1], 7).sending == 6
