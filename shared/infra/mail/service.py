"""The outbox and its sender: a mail is a row of the fact's own transaction, a job delivers it."""

from __future__ import annotations

import asyncio
import hmac
import re
import smtplib
import ssl
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from shared.core import clock
from shared.core.errors import TryLater
from shared.core.frozen import frozen
from shared.core.ids import Sealed, sealed
from shared.core.locales import SOURCE
from shared.core.settings import Settings
from shared.infra import unit
from shared.infra.activity.changes import Columns
from shared.infra.activity.models import Activity
from shared.infra.database.chunks import chunks
from shared.infra.database.columns import texts_in
from shared.infra.jobs.models import Job
from shared.infra.mail import links, mime, statements
from shared.infra.mail.events import MailPosted
from shared.infra.mail.links import ORDER, WhenSent
from shared.infra.mail.mime import MimeMail
from shared.infra.mail.models import NOT_SENT, Email
from shared.infra.mail.outbox import PostedMails
from shared.infra.mail.rendering import Letter, as_html, render
from shared.infra.unit import Transaction
from shared.infra.unit.acts import without_act

PUBLIC_URL = links.PUBLIC_URL
NOWHERE = ".invalid"
_SEALED = re.compile(r"\{sealed:([A-Za-z0-9_-]{22})\}")


@frozen
class Letterhead:
    """Whom mails are from.

    Without a `sender` they come from no-reply@ and the site's host; answers go to `reply_to`.
    """

    name: str = "Markethall"
    sender: str = ""
    reply_to: str = ""


_OUR_OWN = Letterhead()


class MailNotSent(TryLater):
    """The mail server did not take the mail; the job tries again."""

    code = "mail_not_sent"


def post(
    tx: Transaction,
    kind: str,
    *,
    to: str,
    unique_key: str,
    context: Mapping[str, Any],
    order_id: int | None = None,
    language: str = SOURCE,
) -> None:
    """Write the mail that `templates/mail/<kind>.txt` makes of `context`, in the recipient's
    `language`.

    It is written once per `unique_key`, and sent after `tx` has committed. `order_id`: the order it
    is about. Where no mail can arrive (`.invalid`, RFC 2606), as at the address of a deleted
    account, none is written.
    """
    if to.endswith(NOWHERE):
        return
    letter = render(kind, context, language)
    # A header is one line, whatever a vendor called itself.
    subject = " ".join(letter.subject.split())[:200]
    mail = Email(
        kind=kind,
        order_id=order_id,
        to=to,
        subject=subject,
        text=letter.text,
        language=language,
    )
    mail.unique_key = unique_key
    if order_id is None:
        tx.add(mail, once=True)
    else:
        tx.collected(PostedMails).add(mail, _told(mail, order_id))
    tx.emit(MailPosted(unique_key))


def _told(mail: Email, order_id: int) -> Activity:
    """What the history of its order tells."""
    return without_act(
        "mail.made",
        subject=f"mail:{mail.unique_key}",
        order_id=order_id,
        vendor_id=None,
        changes=Columns({}, {"kind": mail.kind}),
    )


async def send(
    settings: Settings, unique_key: str, head: Letterhead = _OUR_OWN
) -> None:
    """Deliver one mail, by SMTP or into `<data-dir>/mail/*.eml`.

    At least once: a crash between may repeat it.
    """
    found = await statements.waiting(unique_key)
    if found is None:
        return
    mail, order_token = found
    message = compose(mail, settings, head, order_token=order_token)
    await deliver(settings, message, name=f"{mail.id:06d}")
    await statements.note_sent(mail.id)


async def deliver(
    settings: Settings,
    message: MimeMail,
    *,
    name: str,
) -> None:
    """Hand `message` to the mail server, or write it as `<name>.eml`.

    Raises MailNotSent, whose words say what was wrong.
    """
    if settings.smtp_url:
        await asyncio.to_thread(_smtp, settings.smtp_url, message)
    else:
        await asyncio.to_thread(_file, settings, name, message)


async def send_again() -> int:
    """Put every mail that did not go out on the list once more; how many those are."""
    async with unit.transaction() as tx:
        keys = await texts_in(Email.filter(status__in=NOT_SENT), "unique_key")
        now = clock.now()
        for some in chunks(f"mail:{key}" for key in keys):
            there = Job.filter(unique_key__in=some, status="waiting")
            await there.update(run_at=now, updated_at=now)
        for key in keys:  # those that have a job keep it
            tx.emit(MailPosted(key))
    return len(keys)


def compose(
    mail: Email,
    settings: Settings,
    head: Letterhead = _OUR_OWN,
    *,
    order_token: str | None = None,
) -> MimeMail:
    """The mail as MIME; the same Message-ID each time, so that a repeat is recognised by mail
    programs.
    """
    host = urlsplit(settings.public_url).hostname or "localhost"
    sender = head.sender or f"no-reply@{host}"
    identifier = _message_id(mail, settings)
    headers = [("From", mime.address(head.name, sender))]
    if head.reply_to:
        headers.append(("Reply-To", head.reply_to))
    headers += [
        ("To", mail.to),
        ("Subject", mime.subject(mail.subject)),
        ("Date", format_datetime(mail.created_at)),
        ("Message-ID", f"<{identifier}@{host}>"),
    ]
    html = mail.html or as_html(
        mail.kind, Letter(mail.subject, mail.text), mail.language
    )
    content = mime.written(
        headers,
        text=_filled(mail.text, settings, order_token),
        html=_filled(html, settings, order_token),
        boundary=f"=_{identifier}",
    )
    return MimeMail(sender, mail.to, content)


def link_token(nonce: str) -> WhenSent:
    """What stands in a mail's text where the token of a link goes (`shared.core.ids.sealed`): it is
    made as the mail is sent.
    """
    return WhenSent(f"{{sealed:{nonce}}}")


def _filled(text: str, settings: Settings, order_token: str | None) -> str:
    """The text with what stands in no database: made of what its row is about, never of what
    somebody may have typed.
    """
    if order_token is not None and ORDER in text:
        text = text.replace(
            ORDER,
            sealed(settings.secret_key, order_token, Sealed.ORDER),
        )
    told = text.replace(PUBLIC_URL, settings.public_url)
    return _SEALED.sub(lambda found: sealed(settings.secret_key, found[1]), told)


def _message_id(mail: Email, settings: Settings) -> str:
    """Tells nothing of our rows, and never comes again: row ids, of which `unique_key` is made, do
    in a fresh database.
    """
    told = f"{mail.unique_key}|{mail.created_at.isoformat()}"
    return hmac.new(
        settings.secret_key.encode(),
        told.encode(),
        "sha256",
    ).hexdigest()[:40]


def _file(settings: Settings, name: str, message: MimeMail) -> None:
    folder = settings.data_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.eml").write_bytes(message.content)


async def greet(url: str) -> None:
    """Sign in at the mail server and leave again. Raises MailNotSent."""
    await asyncio.to_thread(_smtp, url, None)


def _smtp(url: str, message: MimeMail | None) -> None:
    """One conversation with the mail server, whose certificate must be good where it has to show
    one.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or 0
    trusted = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, port, timeout=20, context=trusted)
            if parts.scheme == "smtps"
            else smtplib.SMTP(host, port, timeout=20)
        ) as server:
            if parts.scheme == "smtp+tls":
                server.starttls(context=trusted)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            if message is not None:
                _hand_over(server, message)
    except (OSError, smtplib.SMTPException) as e:
        raise MailNotSent(f"The mail server {_said(e)}.", log=repr(e)) from e


def _hand_over(server: smtplib.SMTP, message: MimeMail) -> None:
    wants: tuple[str, ...] = ()
    if message.is_international:
        server.ehlo_or_helo_if_needed()
        if not server.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError("SMTPUTF8")
        wants = ("SMTPUTF8", "BODY=8BITMIME")
    server.sendmail(message.sender, [message.to], message.for_smtp, wants)


def _said(problem: Exception) -> str:
    """What went wrong with the mail server, without anybody's address."""
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return "refuses our user name or password"
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return "refuses the recipient's address"
    if isinstance(problem, smtplib.SMTPSenderRefused):
        return "refuses our sender's address"
    if isinstance(problem, ssl.SSLCertVerificationError):
        return "shows a certificate that is not accepted"
    if isinstance(problem, smtplib.SMTPException):
        return f"did not take the mail ({type(problem).__name__})"
    return f"cannot be reached ({type(problem).__name__})"
