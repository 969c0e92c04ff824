"""The unit of work: one transaction that one can see, with what belongs to it.

`transaction()` is the only way this project opens one. What needs one takes it as `tx`; what asks
Stripe cannot take it, and the gateway refuses to run while one is open, so no HTTP call ever holds
a lock.
"""

from shared.infra.unit.acts import Act
from shared.infra.unit.events import Event
from shared.infra.unit.rehearsal import Rehearsed, WouldWrite, is_rehearsal, rehearse
from shared.infra.unit.scope import current, flush, is_open, transaction
from shared.infra.unit.transaction import Transaction

__all__ = [
    "Act",
    "Event",
    "Rehearsed",
    "Transaction",
    "WouldWrite",
    "current",
    "flush",
    "is_open",
    "is_rehearsal",
    "rehearse",
    "transaction",
]
