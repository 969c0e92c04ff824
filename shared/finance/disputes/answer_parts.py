"""The parts of a shared dispute's one answer, as they stand in our rows."""

from __future__ import annotations

from collections.abc import Sequence

from shared.finance.disputes.files import KINDS
from shared.finance.disputes.joined_answers import (
    JoinedAnswer,
    PartDocument,
    VendorPart,
    join,
)
from shared.finance.disputes.models import Dispute, DisputeFile
from shared.trade.orders.models import Order


async def joined_answer(stripe_id: str) -> JoinedAnswer:
    """The one answer to a shared dispute, of what all vendors have written so far."""
    return await joined(
        await Dispute.filter(stripe_dispute_id=stripe_id).order_by("id")
    )


async def joined(rows: Sequence[Dispute]) -> JoinedAnswer:
    """The same of rows that were read already, in the order of their ids."""
    orders = Order.filter(id__in=[row.order_id for row in rows])
    numbers = dict(await orders.values_list("id", "number"))
    documents: dict[int, list[PartDocument]] = {}
    files = DisputeFile.filter(dispute_id__in=[row.id for row in rows])
    owners = {row.id: numbers[row.order_id] for row in rows}
    for file in await files.values(
        "dispute_id", "kind", "name", "size", "stripe_file_id", "refusal"
    ):
        documents.setdefault(file["dispute_id"], []).append(
            PartDocument(
                number=owners[file["dispute_id"]],
                kind=file["kind"],
                name=file["name"],
                size=file["size"],
                stripe_id=file["stripe_file_id"],
                is_refused=bool(file["refusal"]),
            )
        )
    order = list(KINDS)
    return join(
        [
            VendorPart(
                number=owners[row.id],
                texts=row.evidence,
                documents=tuple(
                    sorted(
                        documents.get(row.id, ()),
                        key=lambda document: order.index(document.kind),
                    )
                ),
            )
            for row in rows
        ]
    )
