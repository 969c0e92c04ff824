"""Where the mutation run changes code: decisions about money, postings, and what guards them.

The rules are those that the contract "pure-rules" in pyproject.toml names, so that a new one is looked at by itself.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

# Words for people are compared by their own tests, sentence by sentence; operators find nothing to change in them.
_WORDS = ("words", "texts", "draft", "countries", "findings")

GUARDS = (
    "shared/baskets/service.py",
    "shared/catalogue/stock.py",
    "shared/clawback/by_hand.py",
    "shared/clawback/movements.py",
    "shared/clawback/service.py",
    "shared/disputes/answers.py",
    "shared/disputes/money.py",
    "shared/disputes/service.py",
    "shared/gateway/calls.py",
    "shared/jobs/queue.py",
    "shared/jobs/worker.py",
    "shared/ledger/service.py",
    "shared/orders/goods.py",
    "shared/orders/money.py",
    "shared/orders/sending.py",
    "shared/orders/service.py",
    "shared/orders/settle.py",
    "shared/payments/jobs.py",
    "shared/payments/service.py",
    "shared/payments/settle.py",
    "shared/payouts/follow.py",
    "shared/payouts/scheduler.py",
    "shared/payouts/service.py",
    "shared/refunds/writes.py",
    "shared/refunds/follow.py",
    "shared/refunds/service.py",
    "shared/web/access.py",
    "shared/web/security.py",
    "shared/webhooks/dispatch.py",
    "shared/webhooks/intake.py",
)


def rules(root: Path) -> list[str]:
    """Every pure module that decides something, as a path below `root`."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (names,) = (contract["source_modules"] for contract in contracts if contract.get("id") == "pure-rules")
    found: set[str] = set()
    for name in names:
        path = root / name.replace(".", "/")
        files = path.glob("*.py") if path.is_dir() else [path.with_suffix(".py")]
        found |= {str(file.relative_to(root)) for file in files if file.stem not in _WORDS}
    return sorted(found)


def strata(root: Path) -> dict[str, list[str]]:
    """The two kinds of code that are looked at, and the modules of each."""
    return {"rules": rules(root), "guards": sorted(path for path in GUARDS if (root / path).exists())}
