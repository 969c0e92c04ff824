"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.trade.returns import declaration, models
from shared.trade.returns.activity import ReturnActivity

MANIFEST = Manifest(
    models=models,
    activity=ReturnActivity,
    jobs=(declaration.declared,),
)
