"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.trade.shipping import models

MANIFEST = Manifest(models=models)
