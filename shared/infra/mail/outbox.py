"""Mails about orders that a transaction posts: only what is really new is written, and told in the
order's history.
"""

from __future__ import annotations

from collections.abc import Callable

from shared.infra.database.columns import texts_in
from shared.infra.mail.models import Email


class PostedMails:
    """Mails that wait to be written, by their unique keys, each with what is to happen when it is
    new.
    """

    def __init__(self) -> None:
        self._mails: dict[str, tuple[Email, Callable[[], None]]] = {}

    @property
    def tables(self) -> tuple[str, ...]:
        return (Email._meta.db_table,)

    def add(
        self,
        mail: Email,
        *,
        when_new: Callable[[], None],
    ) -> None:
        """Keep a mail, unless one with its key is kept already."""
        self._mails.setdefault(mail.unique_key, (mail, when_new))

    async def write(self) -> None:
        """Insert those whose keys are free.

        Who posts a mail holds the lock on what it is about, so the same one is not posted twice at
        once.
        """
        there = Email.filter(unique_key__in=list(self._mails))
        taken = set(await texts_in(there, "unique_key"))
        new = [each for key, each in self._mails.items() if key not in taken]
        await Email.bulk_create([mail for mail, _ in new], ignore_conflicts=True)
        for _, when_new in new:
            when_new()
