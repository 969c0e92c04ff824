"""`doctor --probe`: proves the mail server by a mail to the first operator."""

from __future__ import annotations

import secrets

from shared.core import clock
from shared.core.settings import Settings
from shared.entrypoints.cli.findings import Finding
from shared.infra.mail import service as mail
from shared.infra.mail.models import Email
from shared.trade.marketplace.mail_sender import letterhead
from shared.trade.people.models import Member


async def test_mail(settings: Settings) -> Finding:
    """Send the first operator a mail."""
    person = await Member.filter(role="operator", is_active=True).order_by("id").first()
    if person is None:
        return Finding(
            "There is no operator yet, so no test mail was sent.",
            "Make one: python3 run.py operator you@example.com",
        )
    nonce = secrets.token_hex(8)
    letter = Email(
        kind="doctor",
        to=person.email,
        subject="A test mail",
        text=(
            "This mail proves that mails go out. It was asked for by: python3 run.py doctor "
            "--probe\n"
        ),
        unique_key=f"doctor:{nonce}",
        created_at=clock.now(),
    )
    composed = mail.compose(letter, settings, await letterhead())
    try:
        await mail.deliver(settings, composed, name=f"doctor-{nonce}")
    except mail.MailNotSent as problem:
        return Finding(
            f"The test mail to {person.email} did not go out. {problem}",
            "Check MARKETHALL_SMTP_URL.",
        )
    how = f"was written to {settings.data_dir / 'mail'}"
    if settings.smtp_url:
        how = "went out"
    return Finding(f"A test mail to {person.email} {how}.")
