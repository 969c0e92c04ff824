"""The balance of an account (stripe-facts 11)."""

from __future__ import annotations

from shared.sandbox import books, errors, pricing
from shared.sandbox.events import emit
from shared.sandbox.resources import banks
from shared.sandbox.store import Json
from shared.sandbox.world import Act

_NET = "instant_available.net_available"


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """What is available now, what is still pending, and what can leave within a minute, per
    currency.

    `connect_reserved` stays at zero: nothing of the platform's money is held for accounts whose
    balance is negative. What is left of an instant payout after the platform's fee is told of
    connected accounts, and only when it is asked for.
    """
    asked = _NET in params.get("expand", ())
    if asked and act.scope == act.home:
        raise errors.not_expandable(_NET)
    sums = books.balances(act)
    if not sums:
        account = act.store.find(
            act.platform,
            act.scope,
            scope=act.home,
            object="account",
        )
        sums = {account.body["default_currency"] if account else "usd": (0, 0)}
    available = {currency: both[0] for currency, both in sums.items()}
    pending = {currency: both[1] for currency, both in sums.items()}
    return {
        "object": "balance",
        "available": [_line(*each) for each in available.items()],
        "connect_reserved": [{"amount": 0, "currency": currency} for currency in sums],
        "instant_available": [
            _instant(act, currency, max(0, amount), net=asked)
            for currency, amount in available.items()
        ],
        "livemode": False,
        "pending": [_line(*each) for each in pending.items()],
    }


def tell(act: Act, account: str) -> None:
    """Money of an account became available, as a task; what goes out tells nothing (DOC event
    types).
    """
    inside = act.within(account)
    emit(inside, "balance.available", retrieve(inside, {}, {}))


def _line(currency: str, amount: int) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def _instant(
    act: Act,
    currency: str,
    amount: int,
    *,
    net: bool,
) -> Json:
    """What can be paid out instantly, and to which of the account's banks and cards; nothing
    without one that can.
    """
    able = [
        bank.id
        for bank in banks.all_of(act)
        if bank.body["currency"] == currency
        and "instant" in bank.body["available_payout_methods"]
    ]
    line = _line(currency, amount if able else 0)
    if not net:
        return line
    rest = pricing.of_platform(act).net(amount)
    return {
        **line,
        "net_available": [
            {
                "amount": rest,
                "destination": id,
                "source_types": {"card": rest},
            }
            for id in able
        ],
    }
