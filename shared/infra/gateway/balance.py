"""What an account holds at Stripe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from shared.core.frozen import frozen
from shared.infra.gateway.calls import Resource
from shared.infra.gateway.fields import as_dict

# Stripe's lists of amounts, and which field of a line each adds to.
_PARTS = {
    "available": "available",
    "pending": "pending",
    "instant_available": "instant",
    "connect_reserved": "reserved",
}


@frozen
class BalanceLine:
    """What an account holds in one currency.

    `available` may be negative; `instant` is what can leave at once.

    `instant_net` is what of that arrives after the platform's fee, by the bank or card that it
    can go to.
    """

    currency: str
    available: int
    pending: int
    instant: int = 0
    reserved: int = (
        0  # connect_reserved: what Stripe keeps back for negative vendor balances
    )
    instant_net: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.available + self.pending


class Balance(Resource):
    """Balances, of the platform and of connected accounts."""

    async def get(self, account: str | None = None) -> tuple[BalanceLine, ...]:
        """What an account holds, one line a currency; without an account the platform's own.

        Of a connected account also what instant payouts leave after the fee.
        """
        params = {}
        if account is not None:
            params = {"expand": ["instant_available.net_available"]}
        return await self._call(
            self._v1.balance.retrieve_async,
            params=params,
            to=_lines,
            account=account,
        )


def _lines(obj: Any) -> tuple[BalanceLine, ...]:
    """One line a currency, in Stripe's order."""
    body = as_dict(obj)
    sums: dict[str, dict[str, int]] = {}
    net: dict[str, dict[str, int]] = {}
    for part, name in _PARTS.items():
        for line in body.get(part) or ():
            currency = line["currency"].upper()
            mine = sums.setdefault(
                currency,
                dict.fromkeys(_PARTS.values(), 0),
            )
            mine[name] += line["amount"]
            for to in line.get("net_available") or ():
                net.setdefault(currency, {})[to["destination"]] = to["amount"]
    return tuple(
        BalanceLine(
            currency,
            **values,
            instant_net=net.get(currency, {}),
        )
        for currency, values in sums.items()
    )
