"""The statements about declined cards, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from datetime import datetime

from shared.infra.database.raw_sql import Record, fetch

# So many within an hour from one browser, from one network; within a day of one card.
PER_BROWSER, PER_NETWORK, PER_CARD = 8, 30, 6


def _reached(column: str, value: str, most: int) -> str:
    """When `most` was reached after a moment, its one value, by those of whom `column` is the
    expression `value`; NULL where it was not.
    """
    return (
        f"(SELECT d.declined_at FROM card_declines d WHERE d.{column} = {value}"
        " AND d.declined_at > ?"
        f" ORDER BY d.declined_at DESC LIMIT 1 OFFSET {most - 1})"
    )


# Of a purchase `c`: where its browser and its network are at their bounds; two moments as values.
STOPS = (
    f"{_reached('basket_id', 'c.basket_id', PER_BROWSER)} AS browser_stopped,"
    f" {_reached('network', 'c.network', PER_NETWORK)} AS network_stopped"
)
_STOPS_OF = f"SELECT c.network, {STOPS} FROM checkouts c WHERE c.id = ?"
# Whether a card that a purchase was tried with is at its bound.
_OF_PURCHASE = (
    f"SELECT {_reached('fingerprint', 't.fingerprint', PER_CARD)} AS stopped"
    " FROM card_declines t WHERE t.checkout_id = ? AND t.fingerprint <> ''"
)
_OF_CARD = f"SELECT {_reached('fingerprint', '?', PER_CARD)} AS stopped"


async def stops_of(checkout_id: int, *since: datetime) -> Record:
    """Read `STOPS` of a purchase, and its network."""
    (record,) = await fetch(_STOPS_OF, *since, checkout_id)
    return record


async def is_worn(fingerprint: str, after: datetime) -> bool:
    """Whether a card was declined up to its bound after a moment."""
    (record,) = await fetch(_OF_CARD, fingerprint, after)
    return record["stopped"] is not None


async def has_worn_card(checkout_id: int, after: datetime) -> bool:
    """Whether a purchase was tried with a card that was declined up to its bound after a moment."""
    records = await fetch(_OF_PURCHASE, after, checkout_id)
    return any(record["stopped"] is not None for record in records)
