"""A control call about saved cards: the card network replaces one, as it does when a bank sends out
the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.sandbox import cards
from shared.sandbox.control_base import Call, Refused, acting, read_body
from shared.sandbox.events import emit
from shared.sandbox.store import Json
from shared.sandbox.world import snapshot

if TYPE_CHECKING:
    from shared.sandbox.app import Standin

_FIELDS = {"number", "exp_month", "exp_year"}


async def replace(standin: Standin, id: str) -> Json:
    """Another number, another date, or both, of a saved card;
    `payment_method.automatically_updated` tells about it.
    """
    given, act = await read_body(), acting(standin)
    if not given or set(given) - _FIELDS:
        raise Refused(
            400, "Give `number`, or `exp_month` and `exp_year`, or all three."
        )
    doc = act.store.find(act.platform, id, object="payment_method")
    if doc is None or doc.body["customer"] is None:
        raise Refused(404, f"There is no saved payment method {id}.")
    before = snapshot(doc)
    with act.store.transaction():
        if "number" in given:
            card = cards.by_number(_digits(given["number"]))
            doc.hidden["number"] = card.number
            doc.body["card"].update(
                last4=card.number[-4:],
                fingerprint=cards.fingerprint(card.number),
                brand=card.brand,
                display_brand=card.brand,
                networks={"available": [card.brand], "preferred": None},
            )
        if _FIELDS & set(given) - {"number"}:
            doc.body["card"].update(_date(given))
        act.store.save(doc)
        emit(
            act.within(doc.scope),
            "payment_method.automatically_updated",
            doc,
            before=before,
        )
    standin.courier.ring()
    return doc.body


def _digits(number: object) -> str:
    if (
        not isinstance(number, str)
        or not number.isascii()
        or not number.isdigit()
        or not 12 <= len(number) <= 19
    ):
        raise Refused(400, "`number` must be a card number: 12 to 19 digits, as text.")
    return number


def _date(given: Json) -> Json:
    month, year = given.get("exp_month"), given.get("exp_year")
    whole = all(
        isinstance(value, int) and not isinstance(value, bool)
        for value in (month, year)
    )
    if (
        not whole
        or not 1 <= int(str(month)) <= 12
        or not 2000 <= int(str(year)) <= 2099
    ):
        raise Refused(
            400, "`exp_month` must be from 1 to 12, and `exp_year` from 2000 to 2099."
        )
    return {"exp_month": month, "exp_year": year}


CALLS: tuple[Call, ...] = (("POST", "/payment_methods/<id>/replace", replace),)
