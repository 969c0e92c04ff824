"""What this domain registers."""

from __future__ import annotations

from shared.domains import Manifest
from shared.reporting import jobs, models

MANIFEST = Manifest(
    models=models,
    jobs=(jobs.nightly, jobs.carry_out, jobs.repair),
)
