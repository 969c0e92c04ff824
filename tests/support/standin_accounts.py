"""Accounts at the stand-in, as a marketplace asks for them."""

from __future__ import annotations

from typing import Any

EXPRESS: dict[str, Any] = {
    "controller": {
        "stripe_dashboard": {"type": "express"},
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
    },
    "capabilities": {
        "transfers": {"requested": True},
        "card_payments": {"requested": True},
    },
}
