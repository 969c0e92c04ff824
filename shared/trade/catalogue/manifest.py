"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest
from shared.trade.catalogue import category_names, models

MANIFEST = Manifest(models=models, jobs=(category_names.fold_words,))
