"""Badges of states, in tables that are made once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from shared.core.locales import gettext as _

State = TypeVar("State")


def spoken(
    badges: Mapping[State, tuple[str, str]],
) -> dict[State, tuple[str, str]]:
    """Each state's kind and word, in the language spoken here."""
    found = {}
    for state, (kind, word) in badges.items():
        found[state] = (kind, _(word))
    return found
