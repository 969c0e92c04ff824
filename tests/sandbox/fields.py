"""The keys that Stripe's example objects show, kept as data of our own in `fields.json`, and the
check against them.

`python -m tests.sandbox.fields EXAMPLES` writes the file from a copy of Stripe's published examples
(the copy itself is not kept). A key that the stand-in leaves out on purpose stands in LEFT_OUT with
its reason.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from tests.sandbox.sdkspec import Problem

TARGET = Path(__file__).with_name("fields.json")
OBJECTS = (
    "account",
    "account_link",
    "account_session",
    "application_fee",
    "balance",
    "balance_settings",
    "balance_transaction",
    "bank_account",
    "capability",
    "card",
    "charge",
    "confirmation_token",
    "customer",
    "customer_session",
    "deleted_account",
    "deleted_bank_account",
    "deleted_card",
    "deleted_customer",
    "deleted_person",
    "deleted_webhook_endpoint",
    "dispute",
    "event",
    "fee_refund",
    "file",
    "login_link",
    "payment_intent",
    "payment_method",
    "payout",
    "person",
    "radar.early_fraud_warning",
    "refund",
    "setup_attempt",
    "setup_intent",
    "transfer",
    "transfer_reversal",
    "webhook_endpoint",
)
LEFT_OUT = {
    "charge.refunds": "only there when it is expanded, since 2022-11-15",
    "confirmation_token.payment_method_preview.us_bank_account": "only cards are played",
    "event.data": "the object of the event is checked as an object",
}
_MAPS = ("metadata", "capabilities")  # keys of the account's own


def keys_of(example: Any, path: str) -> Any:
    """The nested keys of an example; leaves, lists and maps are null."""
    if not isinstance(example, dict) or path.rpartition(".")[2] in _MAPS:
        return None
    return {
        key: keys_of(value, f"{path}.{key}")
        for key, value in sorted(example.items())
        if f"{path}.{key}" not in LEFT_OUT
    }


def missing_keys(body: Any, *, where: str = "$") -> list[Problem]:
    """Keys that the examples show and this object lacks, the objects inside it included; null may
    stand for any.
    """
    if isinstance(body, list):
        return [
            p
            for i, item in enumerate(body)
            for p in missing_keys(item, where=f"{where}[{i}]")
        ]
    if not isinstance(body, dict):
        return []
    name = (
        f"deleted_{body.get('object')}"
        if body.get("deleted")
        else str(body.get("object"))
    )
    found = _lacks(body, _expected().get(name) or {}, where)
    for key, value in body.items():
        if isinstance(value, (dict, list)):
            found += missing_keys(value, where=f"{where}.{key}")
    return found


def _lacks(
    body: dict[str, Any],
    expected: dict[str, Any],
    where: str,
) -> list[Problem]:
    found = [
        Problem(f"{where}.{key}", "missing", "Stripe's example has this key")
        for key in expected
        if key not in body
        and not (
            key == "card" and body.get("type") != "card"
        )  # details named after their type
    ]
    for key, inner in expected.items():
        value = body.get(key)
        if (
            isinstance(inner, dict)
            and isinstance(value, dict)
            and "object" not in value
        ):
            found += _lacks(value, inner, f"{where}.{key}")
    return found


@cache
def _expected() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(TARGET.read_text())
    return loaded


if __name__ == "__main__":
    examples = json.loads(Path(sys.argv[1]).read_text())["resources"]
    lines = [
        f'"{name}": {json.dumps(keys_of(examples[name], name), separators=(", ", ": "))}'
        for name in OBJECTS
    ]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n")
