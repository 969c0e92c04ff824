"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.trade.baskets import codes, models

MANIFEST = Manifest(models=models, jobs=(codes.take_code_out,))
