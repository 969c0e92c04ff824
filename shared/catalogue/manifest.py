"""What this domain registers."""

from __future__ import annotations

from shared.catalogue import models
from shared.domains import Manifest

MANIFEST = Manifest(models=models)
