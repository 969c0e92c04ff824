"""The outbox and its sender: a mail is a row of the fact's own transaction, a job delivers it."""

from __future__ import annotations

import asyncio
import hmac
import re
import smtplib
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from shared import clock
from shared.database import unit
from shared.errors import TryLater
from shared.ids import sealed
from shared.jobs import queue
from shared.jobs.models import Job
from shared.mail.models import Email
from shared.mail.rendering import render
from shared.settings import Settings

SENDER = "Markethall"
PUBLIC_URL = "{public_url}"  # stands in a mail's text where our address goes; a transaction knows no settings
_SEALED = re.compile(r"\{sealed:([A-Za-z0-9_-]{22})\}")


class MailNotSent(TryLater):
    """The mail server did not take the mail; the job tries again."""

    code = "mail_not_sent"


async def post(kind: str, *, to: str, subject: str, text: str, unique_key: str, order_id: int | None = None) -> None:
    """Write a mail once per `unique_key`; it is sent after the caller's transaction commits. `order_id`: the order it is about."""
    clean = " ".join(subject.split())[:200]  # a header is one line, whatever a vendor called itself
    await Email.bulk_create(
        [Email(kind=kind, order_id=order_id, to=to, subject=clean, text=text, unique_key=unique_key)],
        ignore_conflicts=True,
    )
    await queue.enqueue("mail.send", {"unique_key": unique_key}, unique_key=f"mail:{unique_key}")


async def write(
    kind: str, *, to: str, unique_key: str, context: Mapping[str, Any], order_id: int | None = None
) -> None:
    """Post the mail that `templates/mail/<kind>.txt` makes of `context`; `public_url` is given to every template."""
    subject, text = render(kind, {"public_url": PUBLIC_URL, **context})
    await post(kind, to=to, subject=subject, text=text, unique_key=unique_key, order_id=order_id)


async def send(context: queue.Context, args: dict[str, Any]) -> None:
    """Job `mail.send`: deliver one mail, by SMTP or into `<data-dir>/mail/*.eml`. At least once: a crash between may repeat it."""
    mail = await Email.get_or_none(unique_key=args["unique_key"], status="waiting")
    if mail is None:
        return
    await deliver(context.settings, compose(mail, context.settings), name=f"{mail.id:06d}")
    async with unit.transaction():
        await Email.filter(id=mail.id).update(status="sent", sent_at=clock.now(), updated_at=clock.now())


async def deliver(settings: Settings, message: EmailMessage, *, name: str) -> None:
    """Hand `message` to the mail server, or write it as `<name>.eml`. Raises MailNotSent, whose words say what was wrong."""
    if settings.smtp_url:
        await asyncio.to_thread(_smtp, settings.smtp_url, message)
    else:
        await asyncio.to_thread(_file, settings, name, message)


async def send_again() -> int:
    """Put every mail that did not go out on the list once more; how many those are."""
    async with unit.transaction():
        keys = await Email.exclude(status="sent").values_list("unique_key", flat=True)
        for key in keys:
            await queue.enqueue("mail.send", {"unique_key": key}, unique_key=f"mail:{key}")
        waiting = {f"mail:{key}" for key in keys}
        await Job.filter(unique_key__in=waiting, status="waiting").update(run_at=clock.now(), updated_at=clock.now())
    return len(keys)


def compose(mail: Email, settings: Settings) -> EmailMessage:
    """The mail as MIME; the same Message-ID each time, so that a repeat is recognised by mail programs."""
    host = urlsplit(settings.public_url).hostname or "localhost"
    message = EmailMessage()
    message["From"] = f"{SENDER} <no-reply@{host}>"
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = mail.created_at
    message["Message-ID"] = f"<{_message_id(mail, settings)}@{host}>"
    message.set_content(_filled(mail.text, settings))
    return message


def link_token(nonce: str) -> str:
    """What stands in a mail's text where the token of a link goes (`shared.ids.sealed`): it is made as the mail is sent."""
    return f"{{sealed:{nonce}}}"


def _filled(text: str, settings: Settings) -> str:
    told = text.replace(PUBLIC_URL, settings.public_url)
    return _SEALED.sub(lambda found: sealed(settings.secret_key, found[1]), told)


def _message_id(mail: Email, settings: Settings) -> str:
    """Tells nothing of our rows, and never comes again: row ids, of which `unique_key` is made, do in a fresh database."""
    told = f"{mail.unique_key}|{mail.created_at.isoformat()}"
    return hmac.new(settings.secret_key.encode(), told.encode(), "sha256").hexdigest()[:40]


def _file(settings: Settings, name: str, message: EmailMessage) -> None:
    folder = settings.data_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.eml").write_bytes(message.as_bytes())


def _smtp(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "localhost", parts.port or 0, timeout=20) as server:
            if parts.scheme == "smtp+tls":
                server.starttls()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as e:
        raise MailNotSent(f"The mail server {_said(e)}.", log=repr(e)) from e


def _said(problem: Exception) -> str:
    """What went wrong with the mail server, without anybody's address."""
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return "refuses our user name or password"
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return "refuses the recipient's address"
    if isinstance(problem, smtplib.SMTPSenderRefused):
        return "refuses our sender's address"
    if isinstance(problem, smtplib.SMTPException):
        return f"did not take the mail ({type(problem).__name__})"
    return f"cannot be reached ({type(problem).__name__})"
