"""What the platform may have to pay for its vendors: added up per vendor and per currency, to the
cent.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.finance.overview.exposure import ExposureParts, exposure, totals

PLACES = st.tuples(
    st.integers(1, 3),
    st.sampled_from(["EUR", "DKK"]),
)
AMOUNTS = st.dictionaries(PLACES, st.integers(-2, 2))


@given(
    balances=AMOUNTS,
    disputes=AMOUNTS,
    refunds=AMOUNTS,
    receivables=AMOUNTS,
    reserves=AMOUNTS,
    held=AMOUNTS,
)
def test_every_cent_that_is_at_risk_is_counted_and_nothing_else(
    *,
    balances: dict[tuple[int, str], int],
    disputes: dict[tuple[int, str], int],
    refunds: dict[tuple[int, str], int],
    receivables: dict[tuple[int, str], int],
    reserves: dict[tuple[int, str], int],
    held: dict[tuple[int, str], int],
) -> None:
    """A balance counts by how far it is below zero, the rest by how far it is above; who has none
    of it is left out.
    """
    found = exposure(
        balances=balances,
        disputes=disputes,
        refunds=refunds,
        receivables=receivables,
        reserves=reserves,
        held=held,
    )
    everywhere = {*balances, *disputes, *refunds, *receivables, *reserves, *held}
    for place in everywhere:
        parts = ExposureParts(
            max(-balances.get(place, 0), 0),
            *(
                max(amounts.get(place, 0), 0)
                for amounts in (disputes, refunds, receivables, reserves, held)
            ),
        )
        assert found.get(place, ExposureParts()) == parts
    assert ExposureParts() not in found.values()
    for currency, together in totals(found.items()).items():
        assert together.total == sum(
            parts.total for (_, of), parts in found.items() if of == currency
        )


def test_the_currencies_stand_in_order_and_the_largest_vendor_first() -> None:
    """As the page lists them."""
    disputes = {
        (1, "EUR"): 5,
        (4, "EUR"): 9,
        (3, "DKK"): 1,
        (2, "EUR"): 9,
    }
    found = exposure(
        balances={}, disputes=disputes, refunds={}, receivables={}, reserves={}, held={}
    )
    assert list(found) == [
        (3, "DKK"),
        (2, "EUR"),
        (4, "EUR"),
        (1, "EUR"),
    ]
    assert {
        currency: parts.total for currency, parts in totals(found.items()).items()
    } == {
        "DKK": 1,
        "EUR": 23,
    }
