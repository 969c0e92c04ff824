"""What this domain registers."""

from __future__ import annotations

from shared.domains import Manifest
from shared.finance.reconciliation import jobs, models

MANIFEST = Manifest(
    models=models,
    jobs=(jobs.nightly, jobs.carry_out, jobs.repair),
)
