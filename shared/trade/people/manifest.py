"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.trade.people import credentials, doors, models, tokens

MANIFEST = Manifest(
    models=models,
    jobs=(credentials.send_reset, doors.forget, tokens.remind),
)
