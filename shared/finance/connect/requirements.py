"""Stripe's requirement keys in a shop owner's words: what it is, what to do, what stops without it.

Pure.

The words stand in `templates/words/connect.toml`. A key we do not know becomes a general sentence,
never the raw code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.core.formats import begun_small
from shared.core.frozen import frozen
from shared.core.words import codes, word, words
from shared.finance.connect.verification import todo

_BUSINESS, _PERSON, _PAPERS = "connect.business", "connect.person", "connect.papers"


@frozen
class Requirement:
    """One thing that Stripe asks for.

    `what` reads well on its own and, begun small, after "Stripe needs".

    `only_payouts` stop without it; else payments may, too.
    """

    what: str
    todo: str
    only_payouts: bool = False

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Requirement:
        return cls(
            said["what"],
            todo(said),
            said.get("stops") == "payouts",
        )

    @property
    def needs(self) -> str:
        """It as part of a sentence: "Stripe needs {this} by 3 December"."""
        return begun_small(self.what)

    @property
    def stops(self) -> str:
        """What stops without it."""
        return word("connect.stops", "payouts" if self.only_payouts else "all")


def general() -> Requirement:
    """What we have no words for."""
    return Requirement.of(words(_BUSINESS, None))


def bank() -> Requirement:
    """The bank account."""
    return Requirement.of(words(_BUSINESS, "external_account"))


def requirement(key: str) -> Requirement:
    """What Stripe asks for with this requirement key."""
    head, _, rest = key.partition(".")
    if head.startswith(("interv_", "intervention")):
        return Requirement.of(words("connect.asked", None))
    who = "person" if head.startswith("person_") else head
    return _of_person(who, rest) if who in codes("connect.who") else _of_business(key)


def is_known(key: str) -> bool:
    """Whether we have words of its own for this key."""
    return requirement(key) != general()


def _of_business(key: str) -> Requirement:
    parts = [re.sub(r"_(kana|kanji)$", "", part) for part in key.split(".")]
    lengths = range(len(parts), 0, -1)
    beginnings = (".".join(parts[:length]) for length in lengths)
    known = codes(_BUSINESS)
    return Requirement.of(
        words(
            _BUSINESS,
            next((each for each in beginnings if each in known), None),
        )
    )


def _of_person(who: str, rest: str) -> Requirement:
    field, _, paper = rest.partition(".")
    field = re.sub(r"_(kana|kanji)$", "", field)
    kind = paper.partition(".")[0]
    if field == "verification" and kind not in codes(_PAPERS):
        kind = "document"
    if field in ("verification", "documents"):
        return Requirement.of(
            words(
                _PAPERS,
                kind,
                whose=word("connect.whose", who),
            )
        )
    if field in codes(_PERSON):
        return Requirement.of(
            words(
                _PERSON,
                field,
                who=word("connect.who", who),
            )
        )
    return general()
