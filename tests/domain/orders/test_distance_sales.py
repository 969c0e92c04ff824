"""What a vendor sold to consumers in other member states, for the threshold of a year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.core import clock
from shared.trade.orders.distance_sales import distance_sales
from shared.trade.vat.sales.threshold import THRESHOLD, Threshold, threshold_of
from tests.support.distance_sales import sold
from tests.support.factories import make_ready_vendor
from tests.support.storefront import counted

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("this_year", "last_year", "state"),
    [
        (0, 0, Threshold.BELOW),
        (799_999, THRESHOLD, Threshold.BELOW),
        (800_000, 0, Threshold.NEAR),
        (THRESHOLD, THRESHOLD, Threshold.NEAR),
        (THRESHOLD + 1, 0, Threshold.PASSED),
        (0, THRESHOLD + 1, Threshold.PASSED_LAST),
        (THRESHOLD + 1, THRESHOLD + 1, Threshold.PASSED_LAST),
    ],
)
def test_it_is_passed_by_more_than_ten_thousand_in_either_year(
    this_year: int, last_year: int, state: Threshold
) -> None:
    """Exactly that much is still below."""
    assert threshold_of(this_year, last_year) is state


@pytest.mark.usefixtures("database")
async def test_two_years_are_summed_without_vat_and_without_what_went_back() -> None:
    """At home, exports, businesses, other vendors, unpaid orders and older ones do not count;
    years are those of the marketplace's zone; one query.
    """
    mine, other = await make_ready_vendor(), await make_ready_vendor()
    new_year = datetime(clock.now().year, 1, 1, tzinfo=BERLIN).astimezone(UTC)
    last = new_year - timedelta(seconds=1)
    await sold(mine, (1900, 11900), (700, 10700))  # 200.00
    await sold(mine, (2000, 12000), vat_treatment="origin", paid_at=new_year)  # 100.00
    await sold(mine, (1900, 11900), returned_amount=5950, refunded_amount=5950)  # 50.00
    await sold(mine, (1900, 23800), paid_at=last)  # 200.00
    await sold(mine, (1900, 11900), paid_at=last - timedelta(days=400))
    await sold(mine, (1900, 11900), vat_treatment="domestic")
    await sold(mine, (1900, 11900), paid_at=None)
    await sold(mine, (1900, 11900), vat_parts=None, vat_treatment="")
    await sold(other, (1900, 11900))
    free = {
        "total_amount_cents": 0,
        "platform_fee_amount": 0,
        "discount_amount": 11900,
        "marketplace_discount": 11900,
    }
    await sold(mine, (1900, 11900), **free)  # what the marketplace paid, counts: 100.00
    with counted() as statements:
        found = await distance_sales(mine.id, BERLIN)
    assert (found.this_year.amount, found.last_year.amount) == (45000, 20000)
    assert (found.state, found.others) == (Threshold.BELOW, False)
    assert len(statements) <= 2, statements  # the day's zone, and the sums


@pytest.mark.usefixtures("database")
async def test_other_currencies_are_told_of_and_not_added() -> None:
    """Nobody converts them here."""
    vendor = await make_ready_vendor()
    await sold(vendor, (2500, 12500), currency="DKK")
    found = await distance_sales(vendor.id, BERLIN)
    assert (found.this_year.amount, found.others) == (0, True)
