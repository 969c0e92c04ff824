"""What can stop an answer to a dispute, in sentences."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid, NotFound, TryLater
from shared.core.locales import gettext_noop as _n


class AnswerClosed(Conflict):
    """The bank takes no answer any more, or has one already."""

    code = "dispute_answer_closed"
    default = _n(
        "This dispute can no longer be answered: an answer was handed in, or it is decided."
    )


class PartClosed(AnswerClosed):
    """A vendor's part of a shared answer was handed in, or its time is over."""

    default = _n(
        "Your part of the answer can no longer be changed: it was handed in, or its time is over."
    )


class AnswerChanged(Conflict):
    """Somebody changed the draft after it was read through."""

    code = "dispute_answer_changed"
    default = _n(
        "The answer was changed in the meantime. Please read it through again before you hand "
        "it in."
    )


class NothingToSay(Invalid):
    """There is no text to hand in."""

    code = "dispute_answer_empty"
    default = _n(
        "There is nothing to hand in yet. Write at least what was sold and what happened."
    )


class DocumentRefused(Conflict):
    """Stripe did not take a document that is attached."""

    code = "dispute_document_refused"
    default = _n(
        "Stripe could not read one of the documents. Remove it, or choose another version of it."
    )


class AnswerRefused(Conflict):
    """Stripe did not take the answer; the dispute was read again and shows why."""

    code = "dispute_answer_refused"
    default = _n("The bank did not take this. Below is how the dispute stands now.")


class Overtaken(TryLater):
    """The answer went on while Stripe was about to be asked; the next look finds what is asked
    now.
    """

    code = "dispute_answer_overtaken"


class DisputeNotFound(NotFound):
    """Nobody who may know of it has such a dispute."""

    default = _n("We could not find that dispute.")


class AnswerTextTooLong(Invalid):
    """One text of an answer is longer than Stripe takes it."""

    default = _n("Use at most %(most)s characters here; these are %(count)s.")


class AnswerTextsTooLong(Invalid):
    """All texts of an answer are longer than Stripe takes them."""

    default = _n(
        "All answers together may have %(most)s characters; these are %(count)s. Shorten "
        "the longest, this one."
    )


class UnknownDocumentKind(Invalid):
    """An answer has no such document."""

    default = _n("We do not know that kind of document.")


class DocumentEmpty(Invalid):
    """There is nothing in the file."""

    default = _n("This document is empty. Please choose it again.")


class DocumentFormat(Invalid):
    """A bank does not read such files."""

    default = _n(
        "The bank reads PDF, JPEG and PNG. Save this document as one of them and choose it again."
    )


class DocumentTooLarge(Invalid):
    """One document is larger than all may be."""

    default = _n(
        "This document has %(size)s; all documents together may have %(most)s. Make it "
        "smaller, for example with a lower resolution."
    )


class DocumentsTooLarge(Invalid):
    """With this one, all documents are too large."""

    default = _n(
        "With this document all together would have %(size)s; the bank takes %(most)s. Make "
        "it smaller, or remove another one first."
    )


class TooManyPages(Invalid):
    """A document has more pages than a bank reads."""

    default = _n("This PDF has more than %(most)s pages. Keep those that matter.")


class DocumentNotFound(NotFound):
    """The dispute has no such document."""

    default = _n("We could not find that document.")
