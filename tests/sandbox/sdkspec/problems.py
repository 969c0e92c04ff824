"""What a check finds: one place, one kind, one sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    where: str  # transfer_data[destination] for requests, $.transfer_data.destination for objects
    kind: str  # unknown | missing | type | enum | route | object
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.kind}: {self.message}"
