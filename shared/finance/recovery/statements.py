"""The hot statements of recovery, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from functools import cache

from shared.core.errors import NotFound
from shared.core.frozen import frozen
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import (
    CONTRIBUTION,
    MovementKind,
    MovementState,
    Rest,
    rest,
)
from shared.infra.database.raw_sql import columns, every, fetch, for_update, row_of
from shared.infra.database.several import Records
from shared.infra.gateway.restore_check import MAY_MOVE
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order

# A vendor's open debts, the oldest first; its values: whose, how many at most.
OWED = Records(
    "SELECT c.id, c.subject, o.number, c.vendor_id, v.name, c.owed_since,"
    " c.updated_at, c.receivable, c.amount, c.currency FROM claims c"
    " JOIN orders o ON o.id = c.order_id JOIN vendors v ON v.id = c.vendor_id"
    " WHERE c.vendor_id = ? AND c.receivable > 0"
    " ORDER BY c.owed_since, c.id LIMIT ?",
    (
        "id",
        "subject",
        "number",
        "vendor_id",
        "name",
        "owed_since",
        "updated_at",
        "receivable",
        "amount",
        "currency",
    ),
)
_OPENING = (
    "EXISTS (SELECT 1 FROM movements x WHERE x.claim_id = c.id"
    f" AND x.status = '{MovementState.OPENING}')"
)

_SENT_AGAIN = (
    "EXISTS (SELECT 1 FROM claims z JOIN movements y ON y.claim_id = z.id"
    " WHERE z.order_id = c.order_id AND z.payment_id = c.payment_id"
    f" AND y.kind = '{MovementKind.TRANSFER}' AND y.status = '{MovementState.DONE}')"
)
_CONTRIBUTED = (
    "EXISTS (SELECT 1 FROM claims k"
    f" WHERE k.subject = '{CONTRIBUTION}' || c.payment_id)"
)


@frozen
class ClaimStatus:
    """A claim with its payment, not locked.

    `moves`: a movement of it is under way. `sent_again`: money of the payment went to the vendor
    once more. `unreachable`: the vendor took our access away. `may_move`: no restore waits.
    `contributed`: the marketplace pays of the sale beyond its commission.
    """

    claim: Claim
    payment: Payment
    moves: bool
    sent_again: bool
    unreachable: bool
    may_move: bool
    contributed: bool = False

    @property
    def waits(self) -> bool:
        """Whether the vendor has not got its part of a shared payment: until then nothing can come
        back of it.
        """
        payment = self.payment
        is_bare = payment.is_slice and payment.stripe_transfer_id is None
        return is_bare and payment.amount_vendor > 0 and not self.is_contribution

    @property
    def is_contribution(self) -> bool:
        """Whether it is what the vendor gets, and not what it bears."""
        return str(self.claim.subject).startswith(CONTRIBUTION)

    @property
    def bears_contributed(self) -> bool:
        """Whether its vendor bears something of a sale that the marketplace contributes to."""
        return self.contributed and not self.is_contribution

    @property
    def target(self) -> Rest:
        """Where it comes to rest."""
        claim = self.claim
        return rest(claim.amount, claim.paid, claim.written_off)

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is to be moved, and what is owed is written down."""
        claim = self.claim
        known = Rest(0, claim.receivable, claim.written_off)
        return not self.moves and self.target == known


@cache
def _status_sql() -> str:
    configs = VendorPaymentConfig._meta.db_table
    return (
        f"SELECT {every(c=Claim, p=Payment)}, {_OPENING} AS moves, {_SENT_AGAIN} AS sent_again,"
        f" {MAY_MOVE} AS may_move, {_CONTRIBUTED} AS contributed, EXISTS (SELECT 1 FROM {configs} v"
        " WHERE v.vendor_id = c.vendor_id AND v.deauthorized_at IS NOT NULL) AS gone"
        " FROM claims c JOIN payments p ON p.id = c.payment_id WHERE c.subject = ?"
    )


async def status_of(subject: str) -> ClaimStatus | None:
    """Read how a claim stands; None where there is none."""
    found = await fetch(_status_sql(), subject)
    if not found:
        return None
    (record,) = found
    return ClaimStatus(
        claim=row_of(Claim, "c", record),
        payment=row_of(Payment, "p", record),
        moves=bool(record["moves"]),
        sent_again=bool(record["sent_again"]),
        unreachable=bool(record["gone"]),
        may_move=bool(record["may_move"]),
        contributed=bool(record["contributed"]),
    )


@cache
def _movement_sql() -> str:
    return (
        f"SELECT {every(o=Order, c=Claim, m=Movement)} FROM movements m"
        " JOIN claims c ON c.id = m.claim_id JOIN orders o ON o.id = c.order_id"
        " WHERE m.id = ?"
    )


async def lock_movement(tx: Transaction, movement_id: int) -> tuple[Claim, Movement]:
    """Lock a movement's claim, and the order before it: what names the order waits for whoever
    holds it, who may wait for the claim. Raises NotFound.

    Movements follow their claims, so they have no place of their own in the order of locks.
    """
    found = await fetch(_movement_sql() + for_update("o", "c", "m"), movement_id)
    if not found:
        raise NotFound
    (record,) = found
    claim = row_of(Claim, "c", record)
    movement = row_of(Movement, "m", record)
    tx.took(row_of(Order, "o", record), claim)
    tx.made(movement)
    return claim, movement


@frozen
class LockedClaim:
    """A claim that is locked, with what its next movements are named by: the order's number, and
    how many movements there were before.
    """

    claim: Claim
    order_number: str
    movements: int
    moves: bool


@cache
def _claim_sql() -> str:
    return (
        f"SELECT {columns(Claim, 'c')}, o.number AS number FROM claims c"
        " JOIN orders o ON o.id = c.order_id WHERE c.id = ?"
    )


_MOVEMENTS = (
    "SELECT COUNT(*) AS movements, COALESCE(SUM(CASE WHEN status ="
    f" '{MovementState.OPENING}' THEN 1 ELSE 0 END), 0) AS opening"
    " FROM movements WHERE claim_id = ?"
)


async def lock_claim(tx: Transaction, claim_id: int) -> LockedClaim:
    """Lock a claim, and count its movements. Raises NotFound."""
    found = await fetch(_claim_sql() + for_update("c"), claim_id)
    if not found:
        raise NotFound
    claim = row_of(Claim, "c", found[0])
    tx.took(claim)
    (counted,) = await fetch(_MOVEMENTS, claim_id)
    return LockedClaim(
        claim=claim,
        order_number=found[0]["number"],
        movements=int(counted["movements"]),
        moves=bool(counted["opening"]),
    )
