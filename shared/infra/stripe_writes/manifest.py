"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.infra.stripe_writes import models, service

MANIFEST = Manifest(
    models=models,
    jobs=(service.perform_soon, service.sweep),
)
