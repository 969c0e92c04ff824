"""What the shopper of an order said and asked, in the words of its history. Pure."""

from __future__ import annotations

from portal.orders.timeline_facts import Entries, OrderFacts, Words
from portal.timeline import TimelineEntry
from shared.core.locales import gettext as _
from shared.infra.activity.queries import Happened
from shared.trade.messages.activity import MessageActivity
from shared.trade.orders.activity import OrderActivity
from shared.trade.orders.rules import is_shopper
from shared.trade.returns.activity import ReturnActivity
from shared.trade.returns.rules import ReturnKind


def _received(_facts: OrderFacts, happened: Happened) -> Entries:
    yield TimelineEntry(
        _("The shopper says that it has arrived"), happened.at, kind="ok"
    )


def _tracking_corrected(_facts: OrderFacts, happened: Happened) -> Entries:
    detail = " ".join(
        str(happened.details.get(part) or "") for part in ("carrier", "number")
    )
    yield TimelineEntry(_("Tracking corrected"), happened.at, detail.strip() or None)


def _message_written(_facts: OrderFacts, happened: Happened) -> Entries:
    text = _("You wrote to the shopper")
    if is_shopper(happened.actor):
        text = _("The shopper wrote to you")
    yield TimelineEntry(text, happened.at, is_quiet=True)


def _return_asked(_facts: OrderFacts, happened: Happened) -> Entries:
    if happened.details.get("kind") == ReturnKind.WITHDRAWAL:
        yield TimelineEntry(_("The shopper withdrew"), happened.at, kind="warn")
    else:
        text = _("The shopper asks for money back")
        yield TimelineEntry(text, happened.at, kind="warn")


def _return_declined(_facts: OrderFacts, happened: Happened) -> Entries:
    text = _("You declined to give money back")
    yield TimelineEntry(
        text, happened.at, str(happened.details.get("reason") or ""), "plain"
    )


def _return_taken_back(_facts: OrderFacts, happened: Happened) -> Entries:
    if happened.details.get("replaced"):
        return  # the withdrawal that took its place says it
    text = _("The shopper does not want the money back any more")
    yield TimelineEntry(text, happened.at, kind="plain")


WORDS: Words = {
    OrderActivity.RECEIVED: _received,
    OrderActivity.TRACKING_CORRECTED: _tracking_corrected,
    MessageActivity.WRITTEN: _message_written,
    ReturnActivity.ASKED: _return_asked,
    ReturnActivity.DECLINED: _return_declined,
    ReturnActivity.TAKEN_BACK: _return_taken_back,
}
