"""What passes to connected accounts by an intent, and whether they are able to take it
(stripe-facts 8).
"""

from __future__ import annotations

from shared.sandbox import errors, money
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

_PAYABLE = ("transfers", "crypto_transfers", "legacy_payments")


def write_connect(act: Act, doc: Document, params: Json) -> None:
    """Destination, what it gets and what the platform keeps; for a direct charge the account must
    take cards.
    """
    body = doc.body
    if act.scope != act.home:
        _check_direct(act, params)
    if "transfer_data" in params:
        _write_transfer(act, body, params["transfer_data"])
    if params.get("on_behalf_of"):
        account = destined(
            act, params["on_behalf_of"], "on_behalf_of", ("card_payments",)
        )
        body["on_behalf_of"] = account.id
    transfer = body["transfer_data"] or {}
    if (transfer.get("amount") or 0) > body["amount"]:
        message = (
            "The transfer_data[amount] must be less than or equal to the amount of the "
            "PaymentIntent."
        )
        raise errors.ApiError(400, message, param="transfer_data[amount]")
    if body["application_fee_amount"] is not None:
        _check_fee(act, body)


def _check_fee(act: Act, body: Json) -> None:
    fee, transfer = body["application_fee_amount"], body["transfer_data"]
    money.positive(fee, "application_fee_amount")
    # The cap at what is captured is for captures of less (SDK); text unverified.
    if fee > body["amount"]:
        raise _bad_fee(
            "The application_fee_amount cannot be more than the amount of the PaymentIntent."
        )
    if transfer is None and act.scope == act.home:
        raise _bad_fee(
            "Can only apply an application_fee_amount when the PaymentIntent is attempting a "
            "direct payment (using an OAuth key or Stripe-Account header) or destination payment "
            "(using `transfer_data[destination]`)."
        )
    if transfer and "amount" in transfer:
        raise _bad_fee(
            "You cannot pass both `application_fee_amount` and `transfer_data[amount]`."
        )


def _bad_fee(message: str) -> errors.ApiError:
    return errors.ApiError(400, message, param="application_fee_amount")


def _write_transfer(act: Act, body: Json, given: Json) -> None:
    current = body["transfer_data"] or {}
    destination = given.get("destination") or current.get("destination")
    if destination is None:
        raise errors.missing_param("transfer_data[destination]")
    destined(act, destination, "transfer_data[destination]")
    if "amount" in given:
        money.positive(given["amount"], "transfer_data[amount]")
    body["transfer_data"] = {**current, **given, "destination": destination}


def _check_direct(act: Act, params: Json) -> None:
    for name in ("transfer_data", "on_behalf_of"):
        if params.get(name):
            message = (
                f"You cannot use `{name}` on a charge that is made directly on a "
                "connected account."
            )
            raise errors.ApiError(400, message, param=name)
    account = act.store.find(
        act.platform,
        act.scope,
        scope=act.home,
        object="account",
    )
    if account is None or account.body["capabilities"].get("card_payments") != "active":
        message = (
            f"The account {act.scope} needs the card_payments capability to be active before it "
            "can take payments."
        )
        raise errors.ApiError(400, message)


def check_parties(act: Act, doc: Document) -> None:
    """Before money moves: whoever takes part is still there and still able, whatever was true when
    the intent was made.
    """
    body = doc.body
    if body["customer"]:
        act.referred("customer", body["customer"], param="customer")
    if act.scope != act.home:
        _check_direct(act, {})
    if body["transfer_data"]:
        destined(
            act, body["transfer_data"]["destination"], "transfer_data[destination]"
        )
    if body["on_behalf_of"]:
        destined(act, body["on_behalf_of"], "on_behalf_of", ("card_payments",))


def unable(act: Act, doc: Document) -> Json | None:
    """What `check_parties` finds wrong, as an intent bears it that nobody waits for any more."""
    try:
        check_parties(act, doc)
    except errors.ApiError as error:
        # Of the codes here, the one that an intent may bear (SDK).
        known = error.error.get("code") == "resource_missing"
        return errors.ApiError(
            400,
            str(error),
            code="resource_missing" if known else "transfers_not_allowed",
        ).error
    return None


def reached(act: Act, id: str, param: str) -> Document:
    """The connected account with this id, while the platform has it."""
    account = act.store.find(
        act.platform,
        id,
        scope=act.home,
        object="account",
    )
    if account is None:
        raise errors.no_such_reference(
            "destination" if "destination" in param else "account", id, param
        )
    return account


def destined(
    act: Act,
    id: str,
    param: str,
    needed: tuple[str, ...] = _PAYABLE,
) -> Document:
    """The connected account that money is meant for; it needs one of these capabilities
    (stripe-facts 3.9).
    """
    account = reached(act, id, param)
    has = account.body["capabilities"]
    if not any(has.get(name) == "active" for name in needed):
        message = (
            "Your destination account needs to have at least one of the following "
            "capabilities enabled: "
        ) + ", ".join(needed)
        raise errors.ApiError(
            400, message, code="insufficient_capabilities_for_transfer", param=None
        )
    return account
