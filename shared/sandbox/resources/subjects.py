"""What a task on the agenda is about: an object's id, with its account in front where that is not
the platform's own.
"""

from __future__ import annotations

from shared.sandbox.store import Document
from shared.sandbox.world import Act


def subject_of(act: Act, id: str) -> str:
    """How the agenda names an object of the act's account."""
    return id if act.scope == act.home else f"{act.scope}:{id}"


def located(
    act: Act,
    subject: str,
    object: str,
) -> tuple[Act, Document | None]:
    """The act on the account of that subject, and the object if it is still there."""
    account, _, id = subject.rpartition(":")
    inside = act.within(account) if account else act
    return inside, inside.find(object, id)
