"""What the catalogue tells whoever is concerned."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.infra.unit import Event


@frozen
class CategoryRenamed(Event):
    """Products say `after` where they said `before`, from this transaction on."""

    before: str
    after: str


@frozen
class CategoryRemoved(Event):
    """A category is about to go; whoever still needs its name raises a Conflict."""

    name: str
