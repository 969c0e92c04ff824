"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.finance.reconciliation import jobs, models

MANIFEST = Manifest(
    models=models,
    jobs=(jobs.nightly, jobs.carry_out, jobs.repair),
)
