"""Acts of the trail in words.

A name that stands in no list is read as it is written: `payout.called_back` is "Payout: called
back". Pure.
"""

from __future__ import annotations

from shared.core import formats
from shared.core.locales import gettext as _
from shared.core.money import Money
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
    """An act in words, on a page of what it is about; its name where there are none."""
    action = entry.action
    return word("audit.short", action) if action in codes("audit.short") else action


_QUIET = (
    "key",
    "keys",
    "stripe_",
)  # our keys at Stripe, and its ids, say nothing to people
# Minor units, where a currency stands beside them.
_MONEY = frozenset({"amount", "commission", "fee", "loss", "vendor"})


def in_detail(details: dict[str, object]) -> str:
    """What an entry keeps besides, in a line: `amount: 1200, currency: EUR`; before and after as
    one.
    """
    known = {
        name: value
        for name, value in details.items()
        if value not in (None, "", [], {})
    }
    rest = {name: value for name, value in known.items() if not name.startswith(_QUIET)}
    rest = _with_money(rest)
    before, after = rest.pop("before", None), rest.pop("after", None)
    was, now = (_plain(each) or _("nothing") for each in (before, after))
    parts = [f"{was} → {now}"] if before or after else []
    parts += [
        f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in rest.items()
    ]
    return ", ".join(parts)


def _with_money(details: dict[str, object]) -> dict[str, object]:
    currency = details.get("currency")
    if not isinstance(currency, str):
        return details
    found = {
        name: value
        for name, value in details.items()
        if name in _MONEY and type(value) is int
    }
    amounts: dict[str, object] = {
        name: _money(value, currency) for name, value in found.items()
    }
    rest = {
        name: value
        for name, value in details.items()
        if name not in found and (name != "currency" or not found)
    }
    return amounts | rest


def _money(value: int, currency: str) -> str:
    return formats.money(Money(value, currency))


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{str(name).replace('_', ' ')} {_plain(inner)}"
            for name, inner in value.items()
        )
    if isinstance(value, list):
        return ", ".join(_plain(inner) for inner in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)
