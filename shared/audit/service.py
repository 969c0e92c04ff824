"""Write down who did what, in the transaction that does it."""

from __future__ import annotations

from typing import Any

from shared.audit import origin
from shared.audit.models import AuditEntry


async def record(action: str, *, actor: str, subject: str, vendor_id: int | None = None, **details: Any) -> None:
    """Add an entry. `action` is a stable dotted name, `subject` reads `order:12`; details hold no secrets and no card data.

    Of a person's act the network address is kept, and of every request its id: nobody has to pass them (`origin.py`).
    What an act is called on pages stands in `words.py`.
    """
    here = origin.of(actor)
    await AuditEntry.create(
        action=action,
        actor=actor,
        subject=subject,
        vendor_id=vendor_id,
        details=details,
        address=here.address[:45],
        request_id=here.request_id,
    )
