"""What some test cards do once their payment went through: disputes, inquiries, a warning of fraud
(stripe-facts 7).
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.sandbox import cards
from shared.sandbox.resources import dispute_lifecycle, fraud_warnings
from shared.sandbox.resources.subjects import located, subject_of
from shared.sandbox.store import Document
from shared.sandbox.world import Act

_SOON = 0.5  # seconds after the money has moved


@dataclass(frozen=True)
class CardEffect:
    """How often the charge is disputed and why; or that its issuer reports fraud."""

    reason: str = "fraudulent"
    inquiry: bool = False
    times: int = 1
    warning: bool = False


_BY_FINGERPRINT = {
    cards.fingerprint(number): what
    for number, what in {
        "4000000000000259": CardEffect(),
        "4000000000002685": CardEffect("product_not_received"),
        "4000000000001976": CardEffect(inquiry=True),
        "4000000404000079": CardEffect(times=2),
        "4000000000005423": CardEffect(warning=True),
    }.items()
}


def follow(act: Act, charge: Document) -> None:
    """Called once a charge's money has moved: what is to follow goes on the agenda."""
    card = charge.body["payment_method_details"].get("card")
    if card and card["fingerprint"] in _BY_FINGERPRINT:
        act.store.schedule(
            act.world.clock.now() + _SOON,
            "aftermath",
            act.platform,
            subject_of(act, charge.id),
        )


def happen(act: Act, subject: str) -> None:
    """It happens, as a task; to what was refunded in time, nothing does.

    Several disputes share the amount.
    """
    inside, charge = located(act, subject, "charge")
    if charge is None:
        return
    what = _BY_FINGERPRINT[charge.body["payment_method_details"]["card"]["fingerprint"]]
    if what.warning:
        fraud_warnings.warn(inside, charge)
        return
    whole = dispute_lifecycle.disputable(inside, charge)
    for number in range(what.times):
        part = whole // what.times + (number < whole % what.times)
        if part > 0:
            dispute_lifecycle.open_up(
                inside,
                charge,
                what.reason,
                part,
                case="inquiry" if what.inquiry else "chargeback",
            )
