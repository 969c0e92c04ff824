"""Acts of the trail in words.

A name that stands in no list is read as it is written: `payout.called_back` is "Payout: called
back". Pure.
"""

from __future__ import annotations

from shared.core.words import codes, word
from shared.infra.audit.queries import EntryView


def told(action: str) -> str:
    """An act in words."""
    if action in codes("audit.acts"):
        return word("audit.acts", action)
    about, _dot, rest = action.partition(".")
    return (
        f"{noun(about)}: {rest.replace('_', ' ').replace('.', ' ')}"
        if rest
        else noun(about)
    )


def noun(kind: str) -> str:
    """What an act is about, in words."""
    return (
        word("audit.nouns", kind)
        if kind in codes("audit.nouns")
        else kind.replace("_", " ").capitalize()
    )


def short(entry: EntryView) -> str:
    """An act in words, on a page of what it is about."""
    action = entry.action
    if action in codes("audit.short"):
        return word("audit.short", action)
    return told(action)
