"""What the commission tells others."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.infra.unit import Event


@frozen
class CategoryChargedFor(Event):
    """A rule was saved that names a category."""

    rule_id: int
    category: str
