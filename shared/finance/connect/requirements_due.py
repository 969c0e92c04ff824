"""What is missing, as a checklist: each thing once, with what to do and why Stripe did not take
what was given. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.core.formats import listed
from shared.core.frozen import frozen
from shared.core.words import word, words
from shared.finance.connect import verification
from shared.finance.connect.requirements import Requirement, bank, general, requirement
from shared.finance.connect.rules import is_broken
from shared.infra.gateway.accounts import Alternative, ExternalAccount, RequirementError


@frozen
class Item:
    """One line of the checklist. `codes` are Stripe's own words, for the operator alone."""

    title: str
    needs: str
    todo: str
    only_payouts: bool
    reason: str | None = None
    instead: str | None = None
    codes: tuple[str, ...] = ()


def items(
    keys: Iterable[str],
    errors: Sequence[RequirementError] = (),
    alternatives: Sequence[Alternative] = (),
) -> tuple[Item, ...]:
    """The requirement keys as a checklist, in Stripe's order, what we have no words for last."""
    grouped: dict[Requirement, list[str]] = {}
    for key in dict.fromkeys(keys):
        grouped.setdefault(requirement(key), []).append(key)
    if (last := general()) in grouped:
        grouped[last] = grouped.pop(last)
    return tuple(
        _item(wanted, mine, errors, alternatives) for wanted, mine in grouped.items()
    )


def _item(
    wanted: Requirement,
    keys: list[str],
    errors: Sequence[RequirementError],
    alternatives: Sequence[Alternative],
) -> Item:
    mine = [e for e in errors if e.requirement in keys]
    verdicts = list(dict.fromkeys(verification.error(e.code) for e in mine))
    other = dict.fromkeys(
        requirement(key).needs
        for a in alternatives
        if set(a.original) & set(keys)
        for key in a.alternative
    )
    codes = (
        *keys,
        *(
            f"{e.requirement}: {e.code}" + (f" ({e.reason})" if e.reason else "")
            for e in mine
        ),
    )
    return Item(
        title=wanted.what,
        needs=wanted.needs,
        todo=" ".join(dict.fromkeys(v.todo for v in verdicts)) or wanted.todo,
        only_payouts=wanted.only_payouts,
        reason=" ".join(v.what for v in verdicts) or None,
        instead=listed(list(other)) if other else None,
        codes=codes,
    )


def with_bank(
    found: tuple[Item, ...],
    accounts: Sequence[ExternalAccount],
) -> tuple[Item, ...]:
    """The checklist of a vendor whose payouts have nowhere to go: its bank account stands first,
    with the reason.
    """
    broken = [a for a in accounts if is_broken(a.status)]
    nowhere = words("connect.nowhere_to_pay", None)
    wanted = bank()
    asked = next(
        (item for item in found if item.title == wanted.what),
        None,
    )
    rest = tuple(item for item in found if item is not asked)
    codes = (
        *(asked.codes if asked else ()),
        *(f"{a.id}: {a.status}" for a in broken),
    )
    first = Item(
        wanted.what,
        wanted.needs,
        nowhere["todo"],
        only_payouts=True,
        reason=bank_sentence(broken[0]) if broken else nowhere["what"],
        codes=codes,
    )
    return (first, *rest)


def bank_sentence(account: ExternalAccount) -> str:
    """What is wrong with a bank account or a card that payouts go to."""
    said = words("connect.bank", account.status, last4=account.last4)
    return said["ending" if account.last4 else "text"]


def needs_of(found: Sequence[Item]) -> str:
    """The whole checklist as part of a sentence: "your passport and your date of birth", "4 things
    from you".
    """
    if len(found) <= 2:
        return listed([item.needs for item in found])
    return word("connect.things", None, count=len(found))


def stops_of(found: Sequence[Item]) -> str:
    """What stops when the day has come and something of this is still missing."""
    what = "payouts" if all(item.only_payouts for item in found) else "all"
    return word(
        "connect.after_day", f"{what}_{'one' if len(found) == 1 else 'several'}"
    )
