"""A rule of commission, and who makes it."""

from __future__ import annotations

from decimal import Decimal

from shared.trade.commission.rules import Rule

BY = "member:1"


BAGS = Rule(Decimal(10), fixed=30, maximum=2000, currency="EUR", category="Bags")
