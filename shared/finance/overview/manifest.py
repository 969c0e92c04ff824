"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.finance.overview import jobs, models

MANIFEST = Manifest(models=models, jobs=(jobs.keep_days,))
