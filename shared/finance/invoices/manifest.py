"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.finance.invoices import jobs, models

MANIFEST = Manifest(
    models=models,
    jobs=(jobs.issue_all, jobs.look_back, jobs.issue_older),
)
