"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.infra.jobs import forgetting, models

MANIFEST = Manifest(models=models, jobs=(forgetting.forget_jobs,))
