"""What Stripe lets an account do, each capability in a shop owner's words: on, or off and why, what
to do, by when, what stops. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.frozen import frozen
from shared.core.words import codes, word, words
from shared.finance.connect import requirements_due
from shared.finance.connect.sentences import Sentence
from shared.finance.connect.verification import Verdict, todo
from shared.infra.gateway.accounts import Capability

# The kind of a badge, how a capability stands (`connect.capability_states`), and the sentence.
_Told = tuple[str, str, Sentence]

NAMES = (
    "transfers",
    "card_payments",
)  # those that selling rests on, in the order of a page
_TABLE, _CAUSES = "connect.capabilities", "connect.causes"


@frozen
class Cause:
    """Why a capability is off, which also ends "Card payments are off: …", and what to do about
    it.
    """

    because: str
    todo: str
    kind: str = "bad"


@frozen
class CapabilityLine:
    """A capability on a page: a name, a badge, and a sentence."""

    ability: str
    name: str
    kind: str
    badge: str
    sentence: Sentence
    code: str  # Stripe's own words, for the operator alone


def is_known(code: str) -> bool:
    """Whether we have words of its own for this reason."""
    return code == "other" or code in codes(_CAUSES)


def cause(code: str | None) -> Cause:
    """Why a capability is off, in words; of a code that is new to us as much as its beginning
    tells, never itself.
    """
    known = "paused_by_stripe" if code == "other" else code or ""
    said = words(
        _CAUSES,
        known if known in codes(_CAUSES) else known.partition(".")[0],
    )
    return Cause(
        said["because"],
        todo(said),
        said.get("kind", "bad"),
    )


def verdict(name: str, code: str | None) -> Verdict:
    """What it means that this capability is off for this reason: what, what to do, what stops."""
    found = cause(code)
    said = words(_TABLE, name, because=found.because)
    return Verdict(said["off"], found.todo, said["until"])


def holding_back(
    found: Sequence[Capability], charges_enabled: bool
) -> Capability | None:
    """The capability that keeps a vendor from selling: money that cannot reach it, or else cards
    that cannot be charged.
    """
    off = {c.name: c for c in found if c.status != "active"}
    return off.get("transfers") or (
        None if charges_enabled else off.get("card_payments")
    )


def reason(ability: Capability | None) -> str | None:
    """Stripe's reason, or the plainest one for a capability that was never asked for."""
    if ability is None:
        return None
    return (
        "platform_disabled"
        if ability.status == "unrequested"
        else ability.disabled_reason
    )


def shown(
    found: Sequence[Capability],
    *,
    selling: bool = False,
) -> tuple[CapabilityLine, ...]:
    """The capabilities that selling rests on as lines of a page; none at all while nothing is off
    and nothing is due.

    A vendor that is `selling` all the same is not told that shoppers cannot pay it.
    """
    known = [c for c in found if c.name in NAMES]
    if all(c.status == "active" and not c.currently_due for c in known):
        return ()
    known.sort(key=lambda c: NAMES.index(c.name))
    return tuple(_line(c, selling) for c in known)


def _line(ability: Capability, selling: bool) -> CapabilityLine:
    kind, state, sentence = _told(ability, selling)
    reason_code = f" ({ability.disabled_reason})" if ability.disabled_reason else ""
    return CapabilityLine(
        ability.name,
        words(_TABLE, ability.name)["name"],
        kind,
        word("connect.capability_states", state),
        sentence,
        f"{ability.name}: {ability.status}{reason_code}",
    )


def _told(ability: Capability, selling: bool) -> _Told:
    if ability.status != "active":
        return _told_off(ability, selling)
    if not ability.currently_due:
        return "ok", "on", Sentence(word("connect.nothing_missing", None))
    needs = requirements_due.needs_of(requirements_due.items(ability.currently_due))
    sentence = Sentence.of(
        "connect.capabilities_due",
        ability.name,
        ability.current_deadline,
        things=needs,
    )
    return "warn", "due", sentence


def _told_off(ability: Capability, selling: bool) -> _Told:
    found = cause(reason(ability))
    kind = "warn" if selling and found.kind == "bad" else found.kind
    meanwhile = (
        word("connect.goes_on", None)
        if selling
        else words(_TABLE, ability.name)["until"]
    )
    state = "checking" if found.kind == "info" else "off"
    return kind, state, Sentence(f"{found.because}. {found.todo} {meanwhile}")
