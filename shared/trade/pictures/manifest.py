"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.trade.pictures import models

MANIFEST = Manifest(models=models)
