"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.trade.messages import models
from shared.trade.messages.activity import MessageActivity

MANIFEST = Manifest(models=models, activity=MessageActivity)
