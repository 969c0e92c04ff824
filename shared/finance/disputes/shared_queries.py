"""Read models of disputes that several vendors share, for the operator."""

from __future__ import annotations

from collections.abc import Mapping

from shared.core.frozen import frozen
from shared.finance.disputes.answer_parts import joined
from shared.finance.disputes.attachments import Attached, attached_to_all
from shared.finance.disputes.joined_answers import JoinedAnswer
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.queries import DisputeView, view_of
from shared.finance.disputes.rules import ACCEPTABLE, ANSWERABLE
from shared.finance.disputes.shared_answers import version_of


@frozen
class SharedPart:
    """One vendor's part, with its documents."""

    dispute: DisputeView
    papers: Mapping[str, Attached]


@frozen
class SharedAnswer:
    """The one answer to a shared dispute, and the parts that it is joined of."""

    parts: tuple[SharedPart, ...]
    joined: JoinedAnswer
    version: int

    @property
    def can_hand_in(self) -> bool:
        first = self.parts[0].dispute
        return first.status in ANSWERABLE and not first.is_handed_in

    @property
    def can_accept(self) -> bool:
        first = self.parts[0].dispute
        return first.status in ACCEPTABLE and not first.is_handed_in


async def shared_answer(stripe_id: str) -> SharedAnswer:
    """What the vendors of a shared dispute say, and what the bank will read of it."""
    mine = Dispute.filter(stripe_dispute_id=stripe_id).order_by("id")
    rows = await mine.select_related("order", "vendor", "payment")
    papers = await attached_to_all([row.id for row in rows])
    return SharedAnswer(
        parts=tuple(
            SharedPart(view_of(row, None), papers.get(row.id, {})) for row in rows
        ),
        joined=await joined(rows),
        version=version_of(rows),
    )
