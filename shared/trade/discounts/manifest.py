"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.trade.discounts import models, tries

MANIFEST = Manifest(models=models, jobs=(tries.forget,))
