"""What can be chosen about Stripe where its documents leave it open: settings of the stand-in, one
set for each platform.

They are no part of Stripe's API; the control API sets them, and a reset brings the defaults back.
"""

from __future__ import annotations

import json

from shared.sandbox.world import Act

UNLIMITED, COVERED = "unlimited", "covered"
# Setting -> what it may be; the first is the default.
CHOICES: dict[str, tuple[str, ...]] = {
    # Whether the transfer of a destination charge comes back whatever its account holds, up to the
    # charge's amount (as the SDK says of transfer reversals), or only while the account's money
    # covers it (DOC charges, by a third party).
    "destination_reversals": (UNLIMITED, COVERED),
}


def chosen(act: Act) -> dict[str, str]:
    """All settings of the platform that acts."""
    kept = json.loads(act.store.meta(_name(act), "{}"))
    defaults = {name: options[0] for name, options in CHOICES.items()}
    return {name: kept.get(name, default) for name, default in defaults.items()}


def choose(act: Act, given: dict[str, str]) -> None:
    """Set some of them, from now on."""
    act.store.remember(
        _name(act),
        json.dumps({**chosen(act), **given}),
    )


def _name(act: Act) -> str:
    return f"settings/{act.platform}"
