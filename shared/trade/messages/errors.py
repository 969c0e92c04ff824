"""What can stop a message, in sentences for whoever writes it."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid
from shared.core.locales import gettext_noop as _n


class NothingWritten(Invalid):
    """A message without a word, or a novel."""

    default = _n("Write something, in at most %(most)s characters.")
    param = "text"


class ShopperGone(Conflict):
    """The shopper's account is deleted: no mail reaches anybody."""

    code = "shopper_gone"
    default = _n("This shopper has deleted the account and cannot be written to.")
    param = "text"


class TooManyMessages(Conflict):
    """Somebody writes again and again without an answer."""

    code = "too_many_messages"
    default = _n("You have written a lot already. Please wait for an answer.")
    param = "text"
