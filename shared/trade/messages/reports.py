"""What somebody holds to be illegal here goes to the marketplace's staff (regulation 2022/2065,
article 16). They answer by mail; nothing is kept but the mails.
"""

from __future__ import annotations

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.ids import new_nonce
from shared.infra import unit
from shared.infra.mail import service as mail
from shared.trade.people.queries import operator_emails

MOST_ABOUT, MOST_WHY = 300, 4000


@frozen
class Report:
    """Where it is, why it is illegal, and who says so."""

    about: str
    why: str
    full_name: str
    email: str


async def report(told: Report, *, language: str) -> None:
    """Write to the staff, and a receipt to who reports.

    It does not repeat what was typed: nobody can have us send their words to others.
    """
    now = clock.now()
    nonce = new_nonce()
    staff = await operator_emails()
    async with unit.transaction() as tx:
        mail.post(
            tx,
            "report_received",
            to=told.email,
            unique_key=f"report_received:{nonce}",
            language=language,
            context={"full_name": told.full_name, "reported_at": now},
        )
        for operator in staff:
            mail.post(
                tx,
                "content_reported",
                to=operator,
                unique_key=f"content_reported:{nonce}:{operator}",
                context={**vars(told), "reported_at": now},
            )
