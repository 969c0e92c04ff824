"""Mails about orders that a transaction posts: only what is really new is written, and told in the
order's history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.infra.database.batch import Batch
from shared.infra.database.newcomers import Newcomers
from shared.infra.mail.models import Email


class PostedMails:
    """Mails that wait to be written, by their unique keys, each with what is to happen when it is
    new.
    """

    def __init__(self) -> None:
        self._mails: dict[str, tuple[Email, Callable[[], None]]] = {}
        self._asked: set[str] = set()

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

    def asks(self) -> Newcomers | None:
        """Insert those whose keys are free."""
        fresh = [
            mail for key, (mail, _) in self._mails.items() if key not in self._asked
        ]
        self._asked.update(self._mails)
        return Newcomers(fresh, "unique_key")

    def learn(self, new: Mapping[str, int]) -> None:
        """Tell only those that were new."""
        for key in new:
            _, when_new = self._mails[key]
            when_new()

    def write(self, batch: Batch) -> None:
        """All of them are written already."""
