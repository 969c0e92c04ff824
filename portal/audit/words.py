"""Acts of the trail in words.

A name that stands in no list is read as it is written: `payout.called_back` is "Payout: called
back". Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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
    """An act in words, on a page of what it is about."""
    action = entry.action
    if action in codes("audit.short"):
        return word("audit.short", action)
    return told(action)


_QUIET = (
    "key",
    "keys",
    "stripe_",
)  # our keys at Stripe, and its ids, say nothing to people
# Minor units, where a currency stands beside them.
_MONEY = frozenset(
    {
        "amount",
        "closing",
        "commission",
        "fee",
        "fixed_amount",
        "free_from",
        "least_amount",
        "loss",
        "maximum_amount",
        "minimum",
        "minimum_amount",
        "per_kilogram",
        "price",
        "price_amount",
        "vendor",
    }
)
_CALLED = {"price_amount": "price"}
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def in_detail(details: dict[str, object]) -> str:
    """What an entry keeps besides, in a line: `amount: €12.00`; before and after as one."""
    rest = _known(details)
    before, after = rest.pop("before", None), rest.pop("after", None)
    was, now = (_plain(each) or _("nothing") for each in (before, after))
    parts = [f"{was} → {now}"] if before or after else []
    told_with = {f"before_{name}" for name in rest}
    parts += [
        f"{_called(name)}: {_value(name, rest)}"
        for name in rest
        if name not in told_with
    ]
    return ", ".join(parts)


def _value(name: str, rest: Mapping[str, object]) -> str:
    """What stands under a name, after what stood there before where that is kept as well."""
    now, was = _plain(rest[name]), rest.get(f"before_{name}")
    return now if was is None else f"{_plain(was)} → {now}"


def _known(details: Mapping[str, object]) -> dict[str, object]:
    """Without our keys and what is empty; what is money, as money."""
    known = {
        name: value
        for name, value in details.items()
        if value not in (None, "", [], {}) and not name.startswith(_QUIET)
    }
    currency = known.get("currency")
    if not isinstance(currency, str):
        return known
    amounts: dict[str, object] = {
        name: _money(value, currency)
        for name, value in known.items()
        if name in _MONEY and type(value) is int
    }
    if amounts:
        del known["currency"]
    return amounts | {n: value for n, value in known.items() if n not in amounts}


def _called(name: object) -> str:
    return _CALLED.get(str(name), str(name)).replace("_", " ")


def _money(value: object, currency: str) -> str:
    assert isinstance(value, int)
    return formats.money(Money(value, currency))


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(_inner(value))
    if isinstance(value, list):
        return ", ".join(_plain(inner) for inner in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)


def _inner(value: Mapping[str, object]) -> list[str]:
    """A list within a line; amounts may stand under their currencies: `{"EUR": 1200}`."""
    if all(
        type(amount) is int and _CURRENCY.fullmatch(code)
        for code, amount in value.items()
    ):
        return [_money(amount, code) for code, amount in value.items()]
    return [f"{_called(name)} {_plain(inner)}" for name, inner in _known(value).items()]
