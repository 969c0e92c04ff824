"""Mails about orders that a transaction posts: only what is really new is written, and told in the
order's history.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.infra.activity.models import Activity
from shared.infra.database.batch import Batch
from shared.infra.database.newcomers import Newcomers
from shared.infra.mail.models import Email


class PostedMails:
    """Mails that wait to be written, by their unique keys, each with what its order's history tells
    of it.
    """

    def __init__(self) -> None:
        self._mails: list[Email] = []
        self._told: dict[str, Activity] = {}

    @property
    def tables(self) -> tuple[str, ...]:
        return (Email._meta.db_table,)

    def add(
        self,
        mail: Email,
        told: Activity,
    ) -> None:
        """Keep a mail, unless one with its key is kept already."""
        if mail.unique_key not in self._told:
            self._told[mail.unique_key] = told
            self._mails.append(mail)

    def asks(self) -> Newcomers | None:
        """Insert those whose keys are free."""
        fresh, self._mails = self._mails, []
        following = {key: [told] for key, told in self._told.items()}
        return Newcomers(
            fresh,
            "unique_key",
            following,
        )

    def learn(self, new: Mapping[str, int]) -> None:
        """What follows them needs nothing of it."""

    def write(self, batch: Batch) -> None:
        """All of them are written already."""
