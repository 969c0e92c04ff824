"""What the marketplace has in open disputes."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.disputes.dispute_postings import borne_by
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.queries import FILTERS
from shared.finance.recovery.models import Claim
from shared.infra.database.chunks import chunks


@frozen
class Exposure:
    """What open disputes of one currency are about: `at_stake` in all, `gone` of it already, and
    who bears what is gone.
    """

    currency: str
    count: int
    at_stake: Money
    gone: Money
    vendors: Money
    owed: Money  # of the vendors' part, what could not be taken from them yet
    marketplace_part: Money  # commission, what no vendor can bear, and Stripe's fees


async def exposure() -> tuple[Exposure, ...]:
    """What the marketplace has in open disputes, per currency."""
    rows = await Dispute.filter(FILTERS["open"])
    owed: dict[str, int] = {}
    for some in chunks(f"dispute:{row.id}" for row in rows):
        claims = Claim.filter(subject__in=some)
        owed |= dict(await claims.values_list("subject", "receivable"))
    found = []
    for currency in sorted({row.currency for row in rows}):
        mine = [row for row in rows if row.currency == currency]
        parts = [borne_by(row) for row in mine]
        sums = {
            "at_stake": sum(row.amount for row in mine),
            "gone": sum(part.total for part in parts),
            "vendors": sum(part.vendor for part in parts),
            "owed": sum(owed.get(f"dispute:{row.id}", 0) for row in mine),
            "marketplace_part": sum(part.total - part.vendor for part in parts)
            + sum(row.fee - row.fee_back for row in mine),
        }
        money = {name: Money(amount, currency) for name, amount in sums.items()}
        found.append(
            Exposure(
                currency=currency,
                count=len(mine),
                **money,
            )
        )
    return tuple(found)
