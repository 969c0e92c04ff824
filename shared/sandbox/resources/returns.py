"""What refunds, transfer reversals and fee refunds have in common: how much goes back, on which
day, and out of what money.
"""

from __future__ import annotations

from shared.sandbox import books, errors, money
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate

_EMBEDDED = 10  # as many as Stripe puts into an object


def portion(
    whole: int,
    base: int,
    *,
    before: int,
    now: int,
    gone: int,
) -> int:
    """What giving back `now` of `base` takes from `whole`, after `before` of `base` took `gone`
    from it.

    Counted from the beginning each time and rounded half up, so that parts add up to the whole
    whatever their sizes: the last one clears the remainder (stripe-facts 12.3).
    """
    both = before + now
    due = (2 * whole * both + base) // (2 * base)
    return min(max(due - gone, 0), whole - gone)


def day_of(act: Act, transaction: str | None) -> int:
    """When money that goes back counts: with the row that it came in by while that is pending,
    otherwise now.
    """
    row = act.find("balance_transaction", transaction) if transaction else None
    return max(act.now, row.body["available_on"]) if row else act.now


def can_pay(act: Act, currency: str, amount: int) -> bool:
    """Whether the account's money, pending money included, covers an amount."""
    return sum(books.held(act, currency)) >= amount


def insufficient(message: str) -> errors.ApiError:
    """Section 3: an account that has not what it should give (text unverified)."""
    return errors.ApiError(400, message, code="balance_insufficient")


def remainder(
    given: int | None,
    left: int,
    currency: str,
    nothing: errors.ApiError,
    too_much: str,
) -> int:
    """The amount that was asked for, all that is left by default; refused when it is nothing, or
    more than that.

    `too_much` says so, with `{given}` and `{left}` for the two amounts.
    """
    if left <= 0:
        raise nothing
    if given is None:
        return left
    money.positive(given, "amount")
    money.check_whole(given, currency)
    if given > left:
        written = {
            "given": money.written(given, currency, code=False),
            "left": money.written(left, currency, code=False),
        }
        raise errors.ApiError(400, too_much.format(**written), param="amount")
    return given


def siblings(
    act: Act,
    object: str,
    name: str,
    value: str,
) -> list[Document]:
    """All refunds or reversals of one thing, oldest first."""
    where = (
        "seq IN (SELECT seq FROM facets WHERE scope = ? AND object = ? AND "
        "name = ? AND value = ?)"
    )
    return act.store.select(
        where,
        [act.scope, object, name, value],
    )


def embed(list_: Json, item: Json) -> None:
    """Put an object into the list inside another one, newest first, or write it over its older
    self.
    """
    data = list_["data"]
    for index, old in enumerate(data):
        if old["id"] == item["id"]:
            data[index] = item
            return
    list_["has_more"] = list_["has_more"] or len(data) == _EMBEDDED
    list_["data"] = [item, *data][:_EMBEDDED]


def annotated(
    act: Act,
    holder: Document,
    list_: str,
    made: Document,
    params: Json,
) -> Json:
    """Annotate what was given back, there and in the list of what it was given back of."""
    annotate(made.body, params)
    act.store.save(made)
    embed(holder.body[list_], made.body)
    act.store.save(holder)
    return made.body


def refund_of(
    act: Act,
    charge: Document,
    amount: int,
    *,
    prefix: str = "re",
    kind: str = "refund",
) -> Json:
    """A refund as it looks before anything is known of it; `kind` is what the cardholder sees."""
    body = charge.body
    details: Json = {"type": kind}
    if kind == "refund":
        details |= {
            "reference_status": "pending",
            "reference_type": "acquirer_reference_number",
        }
    card = body["payment_method_details"]["type"] == "card"
    return {
        "id": act.world.id(prefix),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge.id,
        "created": act.now,
        "currency": body["currency"],
        "customer": body["customer"],
        "customer_account": None,
        "destination_details": {"card": details, "type": "card"} if card else None,
        "metadata": {},
        "payment_intent": body["payment_intent"],
        "payment_method": body["payment_method"],
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def count_refund(act: Act, charge: Document, amount: int) -> None:
    """The charge says how much of it went back; a negative amount is a refund that did not
    arrive.
    """
    body = charge.body
    body["amount_refunded"] += amount
    body["refunded"] = body["amount_refunded"] == body["amount"]
    act.store.save(charge)
