"""Where the mutation run changes code: decisions about money, postings, and what guards them.

The rules are those that the contract "pure-rules" in pyproject.toml names, so that a new one is
looked at by itself, and the checks of reconciliation, which stand beside their repairs.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

# Words for people are compared by their own tests, sentence by sentence; operators find nothing to
# change in them.
_WORDS = ("words", "texts", "draft", "countries", "findings")

_CHECKS = "shared/finance/reconciliation/checks/*.py"

GUARDS = (
    "shared/trade/baskets/service.py",
    "shared/trade/catalogue/stock.py",
    "shared/finance/recovery/dashboard_transfers.py",
    "shared/finance/recovery/movements.py",
    "shared/finance/recovery/service.py",
    "shared/finance/disputes/responses.py",
    "shared/finance/disputes/dispute_postings.py",
    "shared/finance/disputes/service.py",
    "shared/infra/gateway/calls.py",
    "shared/infra/jobs/definitions.py",
    "shared/infra/jobs/queue.py",
    "shared/infra/jobs/worker.py",
    "shared/infra/stripe_writes/service.py",
    "shared/infra/stripe_writes/attempts.py",
    "shared/finance/ledger/service.py",
    "shared/trade/orders/restocking.py",
    "shared/trade/orders/remaining_money.py",
    "shared/trade/orders/shipping.py",
    "shared/trade/orders/service.py",
    "shared/trade/orders/cancellation.py",
    "shared/trade/orders/payment_effects.py",
    "shared/finance/payments/jobs.py",
    "shared/finance/payments/service.py",
    "shared/finance/payments/payment_intents.py",
    "shared/finance/payments/sync.py",
    "shared/finance/payments/writes.py",
    "shared/finance/payouts/sync.py",
    "shared/finance/payouts/scheduler.py",
    "shared/finance/payouts/service.py",
    "shared/finance/refunds/writes.py",
    "shared/finance/refunds/sync.py",
    "shared/finance/refunds/service.py",
    "shared/finance/refunds/approval.py",
    "shared/entrypoints/web/access.py",
    "shared/entrypoints/web/security.py",
    "shared/finance/inbox/dispatch.py",
    "shared/finance/inbox/intake.py",
)


def rules(root: Path) -> list[str]:
    """Every module whose decisions are pure, as a path below `root`."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"][
        "importlinter"
    ]["contracts"]
    (names,) = (
        contract["source_modules"]
        for contract in contracts
        if contract.get("id") == "pure-rules"
    )
    found = {str(file.relative_to(root)) for file in root.glob(_CHECKS)}
    for name in names:
        path = name.replace(".", "/")
        files = [*root.glob(f"{path}.py"), *root.glob(f"{path}/*.py")]
        files = [file for file in files if "sandbox" not in file.parts]
        found |= {
            str(file.relative_to(root)) for file in files if file.stem not in _WORDS
        }
    return sorted(found)


def strata(root: Path) -> dict[str, list[str]]:
    """The two kinds of code that are looked at, and the modules of each."""
    return {
        "rules": rules(root),
        "guards": sorted(path for path in GUARDS if (root / path).exists()),
    }
