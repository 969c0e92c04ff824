"""Secret addresses of hosted pages: who may open them, until when, and whether they were used."""

from __future__ import annotations

import json
from dataclasses import dataclass

from shared.sandbox.store import Json, Store
from shared.sandbox.world import Act, World, home_of


@dataclass(frozen=True)
class Ticket:
    """One hosted page that someone may open."""

    token: str
    kind: str
    platform: str
    subject: str
    expires: int
    used: bool
    data: Json


def issue(
    act: Act,
    kind: str,
    subject: str,
    lifetime: int,
    data: Json,
) -> tuple[str, int]:
    """A new token, and when it stops working."""
    token, expires = act.world.token(32), act.now + lifetime
    sql = (
        "INSERT INTO tickets (token, kind, platform, subject, expires, data) VALUES (?, ?, ?, ?, "
        "?, ?)"
    )
    act.store.db.execute(
        sql,
        (
            token,
            kind,
            act.platform,
            subject,
            expires,
            json.dumps({**data, "scope": act.scope}),
        ),
    )
    return token, expires


def find(store: Store, kind: str, token: str) -> Ticket | None:
    """The ticket with this token, expired and used ones too."""
    sql = (
        "SELECT token, kind, platform, subject, expires, used, data FROM tickets WHERE token = ? "
        "AND kind = ?"
    )
    row = store.db.execute(sql, (token, kind)).fetchone()
    return (
        Ticket(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            bool(row[5]),
            json.loads(row[6]),
        )
        if row
        else None
    )


def acting(world: World, ticket: Ticket) -> Act:
    """Whoever holds the ticket acts on the account that it was issued on."""
    return Act(
        world,
        ticket.platform,
        ticket.data.get("scope") or home_of(ticket.platform),
    )


def expired(world: World, ticket: Ticket) -> bool:
    """Whether its time is over."""
    return ticket.expires <= world.clock.seconds()


def use(store: Store, token: str) -> None:
    """Mark a ticket as used."""
    store.db.execute("UPDATE tickets SET used = 1 WHERE token = ?", (token,))
