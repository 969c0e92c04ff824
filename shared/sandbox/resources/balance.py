"""The balance of an account (stripe.md section 11)."""

from __future__ import annotations

from shared.sandbox import books
from shared.sandbox.resources import banks
from shared.sandbox.store import Json
from shared.sandbox.world import Act


def retrieve(act: Act, ids: dict[str, str], params: Json) -> Json:
    """What is available now, what is still pending, and what can leave within a minute, per currency.

    `connect_reserved` stays at nought: nothing of the platform's money is held for accounts whose balance is negative.
    """
    sums = books.balances(act)
    if not sums:
        account = act.store.find(act.platform, act.scope, scope=act.home, object="account")
        sums = {account.body["default_currency"] if account else "usd": (0, 0)}
    return {
        "object": "balance",
        "available": [_line(currency, both[0]) for currency, both in sums.items()],
        "connect_reserved": [{"amount": 0, "currency": currency} for currency in sums],
        "instant_available": [_instant(act, currency, max(0, both[0])) for currency, both in sums.items()],
        "livemode": False,
        "pending": [_line(currency, both[1]) for currency, both in sums.items()],
    }


def _line(currency: str, amount: int) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def _instant(act: Act, currency: str, amount: int) -> Json:
    """What can be paid out instantly, and to which of the account's banks and cards; nothing without one that can."""
    able = [
        bank.id for bank in banks.all_of(act)
        if bank.body["currency"] == currency and "instant" in bank.body["available_payout_methods"]
    ]  # fmt: skip
    line = _line(currency, amount if able else 0)
    net = [{"amount": amount, "destination": id, "source_types": {"card": amount}} for id in able]
    return {**line, "net_available": net}
