"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.trade.people.factors import models, recovery

MANIFEST = Manifest(
    models=models,
    jobs=(recovery.carry_out,),
)
