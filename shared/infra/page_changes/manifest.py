"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.infra.page_changes import jobs, models

MANIFEST = Manifest(models=models, jobs=(jobs.forget,))
