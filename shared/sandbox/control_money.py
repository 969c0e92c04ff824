"""Control calls about money that comes back: the shopper's bank disputes a charge or asks where a
refund goes, the seller's bank returns a payout.

And what the platform charges for instant payouts, which is set in Stripe's dashboard and in no call
of its API; and in which way Stripe is played where its documents leave that open.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shared.sandbox import choices, money, pricing
from shared.sandbox.control_base import Call, Refused, acting, is_number, read_body
from shared.sandbox.objects import render
from shared.sandbox.resources import (
    appeals,
    dispute_funds,
    dispute_lifecycle,
    dispute_terms,
    payout_lifecycle,
    refund_outcomes,
)
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

if TYPE_CHECKING:
    from shared.sandbox.app import Standin


async def dispute(standin: Standin) -> Json:
    """Dispute what is left of a charge, or `amount`: a part of it, more than it, again; on
    whichever account it was made.

    With `inquiry` the bank only asks, with `prevented` ("block" or "resolution") a programme of the
    card network settles it before it becomes one.
    """
    given, act = await read_body(), acting(standin)
    reason = given.get("reason", "fraudulent")
    if unknown := set(given) - {"amount", "charge", "reason", "inquiry", "prevented"}:
        raise Refused(400, f"A dispute has no {', '.join(sorted(unknown))} here.")
    if reason not in dispute_terms.REASONS:
        raise Refused(
            400, f"`reason` must be one of {', '.join(dispute_terms.REASONS)}."
        )
    case = _case(given)
    inside, charge = _found(act, "charge", given.get("charge"))
    amount = _disputed_amount(inside, charge, given.get("amount"))
    with act.store.transaction():
        doc = dispute_lifecycle.open_up(inside, charge, reason, amount, case=case)
    standin.courier.ring()
    return render(inside, doc)


def _disputed_amount(act: Act, charge: Document, given: Any) -> int:
    if given is not None and not _is_amount(given):
        raise Refused(400, "`amount` must be minor units, from 1 on.")
    amount = dispute_lifecycle.disputable(act, charge) if given is None else int(given)
    if amount <= 0 or not dispute_lifecycle.can_be_disputed(charge):
        text = (
            f"Nothing of {charge.id} can be disputed: it must be a card's, its money settled, and "
            "not back yet."
        )
        raise Refused(400, text)
    return amount


def _is_amount(value: Any) -> bool:
    return type(value) is int and 0 < value <= money.MAXIMUM


def _case(given: Json) -> str:
    inquiry, prevented = given.get("inquiry", False), given.get("prevented")
    if not isinstance(inquiry, bool):
        raise Refused(400, "`inquiry` must be true or false.")
    if prevented is None:
        return "inquiry" if inquiry else "chargeback"
    if inquiry or prevented not in dispute_terms.PREVENTED:
        raise Refused(
            400,
            f"`prevented` must be one of {', '.join(dispute_terms.PREVENTED)}, and no inquiry.",
        )
    return str(prevented)


async def close_dispute(standin: Standin, id: str) -> Json:
    """The bank decides, or the card network of an appeal; an inquiry is only over, whichever way.

    With `returned` a part of what was lost comes back: won in part, which Stripe calls lost.
    """
    given, act = await read_body(), acting(standin)
    outcome, returned = given.get("outcome"), given.get("returned", 0)
    unknown = set(given) - {"outcome", "returned"}
    if unknown or outcome not in ("won", "lost"):
        raise Refused(400, "`outcome` must be won or lost.")
    inside, doc = _found(act, "dispute", id)
    if doc.body["status"] in dispute_terms.CLOSED:
        raise Refused(400, f"{id} is closed already: {doc.body['status']}.")
    if returned and (
        outcome == "won"
        or not _is_amount(returned)
        or returned >= dispute_funds.taken(doc)
    ):
        raise Refused(
            400,
            (
                "`returned` must be minor units, less than what the bank holds, of a dispute that "
                "is lost."
            ),
        )
    with act.store.transaction():
        dispute_lifecycle.end(inside, doc, won=outcome == "won", returned=returned)
    standin.courier.ring()
    return render(inside, doc)


async def appeal_dispute(standin: Standin, id: str) -> Json:
    """A lost dispute can be appealed now: by evidence[appeal] over the API, until its new
    deadline.
    """
    given, act = await read_body(), acting(standin)
    if given:
        raise Refused(400, f"An appeal has no {', '.join(sorted(given))} here.")
    inside, doc = _found(act, "dispute", id)
    if not appeals.may_be_offered(doc):
        raise Refused(
            400, f"{id} is {doc.body['status']}: a lost dispute can be appealed, once."
        )
    with act.store.transaction():
        appeals.offer(inside, doc)
    standin.courier.ring()
    return render(inside, doc)


async def ask_about_refund(standin: Standin, id: str) -> Json:
    """A refund that its bank works on waits for the shopper from now on (`requires_action`), and
    can be called back.
    """
    given, act = await read_body(), acting(standin)
    if given:
        raise Refused(
            400, f"A question to the shopper has no {', '.join(sorted(given))} here."
        )
    inside, doc = _found(act, "refund", id)
    if doc.body.get("pending_reason") != "processing":
        raise Refused(
            400,
            (
                f"{id} is {doc.body['status']}: only one that is still being processed can wait "
                "for the shopper."
            ),
        )
    with act.store.transaction():
        refund_outcomes.ask(inside, doc)
    standin.courier.ring()
    return doc.body


async def fail_payout(standin: Standin, id: str) -> Json:
    """The bank returns a payout, even one that was paid."""
    given, act = await read_body(), acting(standin)
    code = given.get("failure_code", "could_not_process")
    if (
        set(given) - {"failure_code"}
        or not isinstance(code, str)
        or code not in payout_lifecycle.MESSAGES
    ):
        raise Refused(
            400,
            f"`failure_code` must be one of {', '.join(payout_lifecycle.MESSAGES)}.",
        )
    inside, doc = _found(act, "payout", id)
    if doc.body["status"] in ("failed", "canceled"):
        raise Refused(400, f"{id} is {doc.body['status']} already.")
    with act.store.transaction():
        payout_lifecycle.fail(inside, doc, code)
    standin.courier.ring()
    return doc.body


async def get_pricing(standin: Standin) -> Json:
    """What is charged for instant payouts now."""
    return _priced(pricing.of_platform(acting(standin)))


async def set_pricing(standin: Standin) -> Json:
    """Charge connected accounts for instant payouts: `percentage` of what leaves the balance,
    `fixed`, `least`, `most`, `comes_back`.
    """
    given, act = await read_body(), acting(standin)
    old = _priced(pricing.of_platform(act))
    if unknown := set(given) - set(old):
        raise Refused(400, f"A price has no {', '.join(sorted(unknown))} here.")
    chosen = _read_pricing({**old, **given})
    with act.store.transaction():
        pricing.choose(act, chosen)
    return _priced(pricing.of_platform(act))


def _read_pricing(given: Json) -> pricing.Pricing:
    rate = _rate(given.pop("percentage"))
    amounts = [given[name] for name in ("fixed", "least", "most")]
    if given["most"] is None:
        amounts.pop()
    if not all(map(_is_free_or_amount, amounts)):
        raise Refused(
            400, "`fixed`, `least` and `most` must be minor units; `most` may be null."
        )
    if not isinstance(given["comes_back"], bool):
        raise Refused(400, "`comes_back` must be true or false.")
    return pricing.Pricing(rate=rate, **given)


def _rate(percentage: Any) -> int:
    """A percentage in hundredths of a percent."""
    if is_number(percentage) and 0 <= percentage < 100:
        exact: float = percentage * 100
        rate = round(exact)
        if abs(exact - rate) <= 1e-9:
            return rate
    raise Refused(
        400,
        "`percentage` must be from 0 up to, but not including, 100, with at most two decimals.",
    )


def _is_free_or_amount(value: Any) -> bool:
    return type(value) is int and 0 <= value <= money.MAXIMUM


async def get_settings(standin: Standin) -> Json:
    """In which way Stripe is played: every setting."""
    return dict(choices.chosen(acting(standin)))


async def put_settings(standin: Standin) -> Json:
    """Change some settings; answered with all of them."""
    given, act = await read_body(), acting(standin)
    if unknown := set(given) - set(choices.CHOICES):
        raise Refused(400, f"There is no setting {', '.join(sorted(unknown))} here.")
    for name, value in given.items():
        if value not in choices.CHOICES[name]:
            raise Refused(
                400, f"`{name}` must be one of {', '.join(choices.CHOICES[name])}."
            )
    with act.store.transaction():
        choices.choose(act, given)
    return dict(choices.chosen(act))


def _priced(found: pricing.Pricing) -> Json:
    kept = asdict(found)
    return {"percentage": kept.pop("rate") / 100, **kept}


def _found(
    act: Act,
    object: str,
    id: Any,
) -> tuple[Act, Document]:
    named = isinstance(id, str)
    doc = act.store.find(act.platform, id, object=object) if named else None
    if doc is None:
        raise Refused(404, f"There is no {object} {id}.")
    return act.within(doc.scope), doc


CALLS: tuple[Call, ...] = (
    ("POST", "/disputes", dispute),
    ("POST", "/disputes/<id>/close", close_dispute),
    ("POST", "/disputes/<id>/appeal", appeal_dispute),
    ("POST", "/refunds/<id>/ask", ask_about_refund),
    ("POST", "/payouts/<id>/fail", fail_payout),
    ("GET", "/instant_pricing", get_pricing),
    ("POST", "/instant_pricing", set_pricing),
    ("GET", "/settings", get_settings),
    ("PUT", "/settings", put_settings),
)
