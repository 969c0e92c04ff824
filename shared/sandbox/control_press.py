"""The buttons of the control page: each does what a call of the control API does, then leads
back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from quart import Response, g, request

from shared.sandbox import control, control_money
from shared.sandbox.control_base import Refused
from shared.sandbox.faults import BadRule
from shared.sandbox.paper import go, show
from shared.sandbox.resources import dispute_terms, payout_lifecycle
from shared.sandbox.world import Act

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.sandbox.app import Standin

    Form = dict[str, str]
    Press = Callable[[Standin, Act, Form], Awaitable[str | Response]]

_UNITS = {"minutes": 60, "hours": 3600, "days": 86400}

# What the page says after a button, by the word in the address.
SAID = {
    "advanced": "The clock was moved, and what fell due has happened.",
    "reset": "Everything was emptied.",
    "resent": "The event was sent again to every endpoint that listens to it.",
    "appealed": "The decision can be appealed now.",
    "dispute": "The dispute was opened.",
    "closed": "The dispute was closed.",
    "failed": "The payout failed and the money is back on the balance.",
    "completed": "The account has told Stripe everything, and nothing is forced upon it any more.",
    "restricted": "The account was restricted.",
    "rolled": "The endpoint has a new secret.",
    "fault": "The fault is in force.",
    "unfault": "The fault is gone.",
}
REASONS = dispute_terms.REASONS
FAILURES = tuple(payout_lifecycle.MESSAGES)
CLOSED = dispute_terms.CLOSED
PLATFORM_COOKIE = "standin_platform"


async def press(standin: Standin, act: Act, action: str) -> Response:
    """Do what the button says, on the platform that the page shows."""
    given = (await request.form).to_dict()
    button = BUTTONS.get(action)
    if button is None:
        return show("gone.html", status=404, what=f"The button {action}")
    g.control_act = act
    try:
        done = await button(standin, act, given)
    except Refused as refused:
        return show(
            "control_refused.html",
            status=refused.status,
            sentence=str(refused),
            back=_back(given),
        )
    if isinstance(done, Response):
        return done
    back = "/" if action == "reset" else _back(given)
    return go(f"{back}{'&' if '?' in back else '?'}done={done}")


def _back(given: Form) -> str:
    """The page that the button stands on; never another site's."""
    parts = urlsplit(given.get("back", ""))
    path = parts.path
    if parts.netloc or not path.startswith("/") or path.startswith("//"):
        return "/"
    pairs = [pair for pair in parts.query.split("&") if pair]
    query = "&".join(pair for pair in pairs if not pair.startswith("done="))
    return f"{path}?{query}" if query else path


async def _call(
    view: Callable[..., Awaitable[Any]],
    standin: Standin,
    body: Any,
    **ids: str,
) -> Any:
    """A call of the control API, as if it had come with this body."""
    g.control_body = body
    return await view(standin, **ids)


def _number(
    given: Form,
    name: str,
    *,
    whole: bool = True,
) -> float | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        raise Refused(400, f"“{text[:40]}” is no number.") from None
    if not 0 <= value <= control.FURTHEST:
        raise Refused(400, f"“{text[:40]}” is too small or too large.")
    return value


async def _advance(standin: Standin, act: Act, given: Form) -> str:
    count = _number(given, "count", whole=False)
    unit = _UNITS.get(given.get("unit", ""), 1)
    seconds = count * unit if count is not None else _number(given, "seconds")
    if seconds is None or seconds > control.FURTHEST:
        raise Refused(
            400,
            "The clock needs a number of minutes, hours or days, and at most ten years.",
        )
    await _call(control.advance, standin, {"seconds": seconds})
    return "advanced"


async def _reset(standin: Standin, act: Act, given: Form) -> str:
    await standin.reset()
    return "reset"


async def _resend(standin: Standin, act: Act, given: Form) -> str:
    await _call(
        control.resend,
        standin,
        {},
        id=given.get("id", ""),
    )
    return "resent"


async def _account(standin: Standin, act: Act, given: Form) -> str:
    if given.get("what") == "complete":
        await _call(
            control.change_account,
            standin,
            {"complete": True},
            id=given.get("id", ""),
        )
        return "completed"
    names = given.get("due", "").split(",")
    due = [name.strip() for name in names if name.strip()]
    due = due or ["individual.verification.document"]
    body = {
        "requirements": {
            "currently_due": due,
            "past_due": due,
            "disabled_reason": "requirements.past_due",
        },
        "charges_enabled": "charges" in given,
        "payouts_enabled": "payouts" in given,
    }
    await _call(
        control.change_account,
        standin,
        body,
        id=given.get("id", ""),
    )
    return "restricted"


async def _dispute(standin: Standin, act: Act, given: Form) -> str:
    body: dict[str, Any] = {
        "charge": given.get("id", ""),
        "reason": given.get("reason", ""),
    }
    case = given.get("case", "chargeback")
    body |= (
        {"inquiry": True}
        if case == "inquiry"
        else {"prevented": case}
        if case != "chargeback"
        else {}
    )
    if (amount := _number(given, "amount")) is not None:
        body["amount"] = amount
    await _call(control_money.dispute, standin, body)
    return "dispute"


async def _close(standin: Standin, act: Act, given: Form) -> str:
    body = {
        "outcome": given.get("outcome", ""),
        "returned": _number(given, "returned") or 0,
    }
    await _call(
        control_money.close_dispute,
        standin,
        body,
        id=given.get("id", ""),
    )
    return "closed"


async def _appeal(standin: Standin, act: Act, given: Form) -> str:
    await _call(
        control_money.appeal_dispute,
        standin,
        {},
        id=given.get("id", ""),
    )
    return "appealed"


async def _fail(standin: Standin, act: Act, given: Form) -> str:
    body = {"failure_code": given.get("failure_code", "")}
    await _call(
        control_money.fail_payout,
        standin,
        body,
        id=given.get("id", ""),
    )
    return "failed"


async def _roll(standin: Standin, act: Act, given: Form) -> str:
    await _call(
        control.roll,
        standin,
        {"expires_in": _number(given, "expires_in") or 0},
        id=given.get("id", ""),
    )
    return "rolled"


async def _fault(standin: Standin, act: Act, given: Form) -> str:
    match: dict[str, Any] = {}
    rule: dict[str, Any] = {
        "match": match,
        "effect": given.get("effect", ""),
    }
    if given.get("kind") == "event":
        match["event"] = given.get("event", "").strip() or "*"
    else:
        match.update(
            {
                name: given[name].strip()
                for name in ("path", "method")
                if given.get(name, "").strip()
            }
        )
        if (nth := _number(given, "nth")) is not None:
            match["nth"] = nth
    for name in ("status", "times"):
        if (number := _number(given, name)) is not None:
            rule[name] = number
    if (seconds := _number(given, "seconds", whole=False)) is not None:
        rule["seconds"] = seconds
    if given.get("code", "").strip():
        rule["code"] = given["code"].strip()
    try:
        standin.faults.add(rule)
    except BadRule as wrong:
        raise Refused(400, f"Bad rule: {wrong}.") from None
    return "fault"


async def _unfault(standin: Standin, act: Act, given: Form) -> str:
    number = _number(given, "number")
    if number is None or number >= len(standin.faults.rules):
        raise Refused(404, "There is no such fault any more.")
    standin.faults.remove(int(number))
    return "unfault"


async def _platform(standin: Standin, act: Act, given: Form) -> Response:
    answer = go("/")
    answer.set_cookie(
        PLATFORM_COOKIE,
        given.get("platform", "")[:200],
        httponly=True,
        samesite="Strict",
    )
    return answer


BUTTONS: dict[str, Press] = {
    "account": _account,
    "advance": _advance,
    "appeal": _appeal,
    "close": _close,
    "dispute": _dispute,
    "fail": _fail,
    "fault": _fault,
    "platform": _platform,
    "resend": _resend,
    "reset": _reset,
    "roll": _roll,
    "unfault": _unfault,
}
