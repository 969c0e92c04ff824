"""Requests for money back, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from shared.core.frozen import frozen
from shared.trade.returns.models import ReturnLine, ReturnRequest
from shared.trade.returns.rules import ReturnKind, ReturnReason, ReturnState


@frozen
class ReturnView:
    """One request; `pieces` by the order's line."""

    id: int
    order_id: int
    kind: ReturnKind
    state: ReturnState
    reason: ReturnReason
    note: str
    answer: str
    pieces: Mapping[int, int]
    asked_at: datetime
    answered_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether its vendor has to answer."""
        return self.state is ReturnState.OPEN


async def returns_of(order_ids: Iterable[int]) -> dict[int, tuple[ReturnView, ...]]:
    """The requests of some orders, the newest first. Two queries, one where there are none."""
    ids = list(order_ids)
    rows = await ReturnRequest.filter(order_id__in=ids).order_by("-id")
    lines = (
        await ReturnLine.filter(request_id__in=[row.id for row in rows]) if rows else []
    )
    views = views_in(rows, lines)
    return {id_: tuple(v for v in views if v.order_id == id_) for id_ in ids}


async def open_return(order_id: int) -> ReturnView | None:
    """The request of an order that waits for its vendor, if there is one."""
    found = (await returns_of([order_id]))[order_id]
    return next((view for view in found if view.is_open), None)


def views_in(
    rows: Sequence[ReturnRequest],
    lines: Sequence[ReturnLine],
) -> tuple[ReturnView, ...]:
    """The views of rows that were read already, with their lines."""
    return tuple(
        ReturnView(
            id=row.id,
            order_id=row.order_id,
            kind=ReturnKind(row.kind),
            state=ReturnState(row.status),
            reason=ReturnReason(row.reason),
            note=row.note,
            answer=row.answer,
            pieces={
                line.order_line_id: line.quantity
                for line in lines
                if line.request_id == row.id
            },
            asked_at=row.created_at,
            answered_at=row.answered_at,
        )
        for row in rows
    )
