"""What happens to a shopper's requests, as the history of their order calls it."""

from __future__ import annotations

from enum import StrEnum


class ReturnActivity(StrEnum):
    """Acts on a request for money back."""

    ASKED = "order.return_asked"
    ACCEPTED = "order.return_accepted"
    DECLINED = "order.return_declined"
    TAKEN_BACK = "order.return_taken_back"
