"""All vendors of the demo marketplace."""

from __future__ import annotations

from shared.entrypoints.cli.demo_goods import LUXE, NEW, VELO
from shared.entrypoints.cli.demo_tilleul import TILLEUL

VENDORS = (LUXE, VELO, NEW, TILLEUL)
