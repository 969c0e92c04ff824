"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.trade.people import (
    forgetting,
    login_limits,
    models,
    password_change,
    tokens,
)

MANIFEST = Manifest(
    models=models,
    jobs=(
        password_change.send_reset,
        login_limits.forget,
        tokens.remind,
        forgetting.forget_sessions,
        forgetting.forget_words,
    ),
)
