"""What goes wrong with a transaction because of how it is used: faults of ours, never of a
person.
"""

from __future__ import annotations


class TransactionMisuse(RuntimeError):
    """A transaction is used as it must not be."""


class AlreadyOpen(TransactionMisuse):
    """A second transaction was opened inside one; take `tx`, or use `tx.savepoint()`."""


class OutOfOrder(TransactionMisuse):
    """A row was locked after one that comes later in the order of locks."""


class LateRefusal(TransactionMisuse):
    """What the transaction was about to keep of before is refused where a savepoint begins.

    Whoever catches what the block of the savepoint raises must not take it for that.
    """


class NoRank(TransactionMisuse):
    """A table without `lock_rank` was locked."""
