"""What Stripe lets an account do, each capability in a shop owner's words: on, or off and why, what
to do, by when, what stops. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from shared.finance.connect import requirements_due
from shared.finance.connect.verification import Verdict
from shared.infra.gateway.accounts import Capability

_WRITE = "Please write to us; we will sort it out with you."
_NOTHING = "This takes minutes, at times a day or two. There is nothing for you to do."
_GIVE = "Give them on Stripe's page."

# What a capability is called, how a sentence on its being off begins, what stops meanwhile, and
# what would after a day.
NAMES = {"transfers": "Money from your sales", "card_payments": "Card payments"}
_OFF = {
    "transfers": "Money from your sales cannot reach you",
    "card_payments": "Card payments are off",
}
_STOPS = {
    "transfers": "Until then shoppers cannot pay you, as their money could not reach you.",
    "card_payments": "Until then shoppers cannot pay you by card.",
}
_GOES_ON = "Your sales go on meanwhile: the cards are charged by the marketplace."
_OR = {
    "transfers": "or money from your sales can no longer reach you.",
    "card_payments": "or shoppers may no longer be able to pay you.",
}


@dataclass(frozen=True)
class Cause:
    """Why a capability is off, which also ends "Card payments are off: …", and what to do about
    it.
    """

    because: str
    todo: str
    kind: str = "bad"


_REVIEW = Cause("Stripe is checking your details", _NOTHING, "info")
_FORM = Cause("Stripe's form is not finished yet", "Finish it on Stripe's page.", "warn")
_FIELDS = Cause("Stripe needs more details first", _GIVE, "warn")
_IDLE = Cause(
    "Stripe paused this because it was not used for a long time",
    "Write to us, and we ask Stripe to switch it on again.",
)
_NOT_OFFERED = Cause(
    "Stripe does not offer this to your account", f"Stripe has sent you an email about it. {_WRITE}"
)
GENERAL = Cause("Stripe has switched this off", _WRITE)
CAUSES: dict[str, Cause] = {
    "other": Cause("Stripe has paused this", _WRITE),
    "paused.inactivity": _IDLE,
    "pending.onboarding": _FORM,
    "pending.review": _REVIEW,
    "platform_disabled": Cause("The marketplace has not switched this on", _WRITE),
    "platform_paused": Cause("The marketplace has paused this", _WRITE),
    "rejected.inactivity": Cause(
        "Stripe ended this because it was not used for a long time",
        "Write to us, and we ask Stripe for it anew.",
    ),
    "rejected.other": _NOT_OFFERED,
    "rejected.unsupported_business": Cause(
        "Stripe does not offer this to your kind of business", _WRITE
    ),
    "requirements.fields_needed": _FIELDS,
}
# What is new is as like as its first word tells.
_FAMILIES = {
    "paused.": GENERAL,
    "pending.": _REVIEW,
    "rejected.": _NOT_OFFERED,
    "requirements.": _FIELDS,
}


@dataclass(frozen=True)
class CapabilityLine:
    """A capability on a page: a name, a badge, and a sentence with a day in it: `lead` by the day,
    `tail`.
    """

    ability: str
    name: str
    kind: str
    badge: str
    lead: str
    day: datetime | None = None
    tail: str = ""
    code: str = ""  # Stripe's own words, for the operator alone


def cause(code: str | None) -> Cause:
    """Why a capability is off, in words; of a code that is new to us as much as its beginning
    tells, never itself.
    """
    if code in CAUSES:
        return CAUSES[code]
    return next(
        (found for head, found in _FAMILIES.items() if (code or "").startswith(head)),
        GENERAL,
    )


def verdict(name: str, code: str | None) -> Verdict:
    """What it means that this capability is off for this reason: what, what to do, what stops."""
    found = cause(code)
    return Verdict(f"{_OFF[name]}: {found.because}.", found.todo, _STOPS[name])


def holding_back(found: Sequence[Capability], charges_enabled: bool) -> Capability | None:
    """The capability that keeps a vendor from selling: money that cannot reach it, or else cards
    that cannot be charged.
    """
    off = {c.name: c for c in found if c.status != "active"}
    return off.get("transfers") or (None if charges_enabled else off.get("card_payments"))


def reason(ability: Capability | None) -> str | None:
    """Stripe's reason, or the plainest one for a capability that was never asked for."""
    if ability is None:
        return None
    return "platform_disabled" if ability.status == "unrequested" else ability.disabled_reason


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
    return tuple(_line(c, selling) for c in sorted(known, key=lambda c: list(NAMES).index(c.name)))


def _line(ability: Capability, selling: bool) -> CapabilityLine:
    code = f"{ability.name}: {ability.status}" + (
        f" ({ability.disabled_reason})" if ability.disabled_reason else ""
    )
    line = partial(
        CapabilityLine,
        ability.name,
        NAMES[ability.name],
        code=code,
    )
    if ability.status != "active":
        found = cause(reason(ability))
        said = f"{found.because}. {found.todo} {_GOES_ON if selling else _STOPS[ability.name]}"
        kind = "warn" if selling and found.kind == "bad" else found.kind
        return line(kind, "Being checked" if found.kind == "info" else "Off", said)
    if not ability.currently_due:
        return line("ok", "On", "Nothing is missing for this.")
    needs = requirements_due.needs_of(requirements_due.items(ability.currently_due))
    return line(
        "warn",
        "On for now",
        f"Stripe needs {needs}",
        ability.current_deadline,
        f", {_OR[ability.name]}",
    )
