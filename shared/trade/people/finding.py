"""People by any piece of name and address, as the marketplace's staff look for them."""

from __future__ import annotations

from shared.core import search_terms
from shared.infra.database.finding import Condition
from shared.infra.database.newest_statements import NewestQuery, Turn, found_ids
from shared.trade.people.models import Customer, Member

EVERYONE = Condition("TRUE")


async def find_people(
    table: type[Member] | type[Customer],
    search: str,
    met: Condition = EVERYONE,
    *,
    limit: int,
    turn: Turn | None = None,
) -> list[int]:
    """The ids of the newest people who have each word of `search`, whatever its case and accents;
    signs without a word find nobody. `met`: what else must be so of the row `t`.
    """
    typed = search_terms.typed_words(search)
    if search and not typed:
        return []
    return await found_ids(
        NewestQuery(
            table=table._meta.db_table,
            terms=search_terms.piece_query(typed) if typed else None,
            met=met,
            turn=turn,
            limit=limit,
        )
    )
