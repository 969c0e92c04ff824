"""Why Stripe did not accept something, and why it switched an account off, in a shop owner's words.

Pure.

The words stand in `templates/words/connect.toml`. Codes that mean the same to a shop owner share
theirs; a code we do not know gets a general sentence, never itself. What has to do with compliance
is worded neutrally: it blames nobody and gives no hint on how to get around it.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.core.frozen import frozen
from shared.core.words import codes, word, words

_ERRORS, _DISABLED = "connect.errors", "connect.disabled"
# Stripe's `other` is a reason of its own: an account that it has paused. In the table `other` is
# what we do not know.
_PAUSED = "paused_by_stripe"


@frozen
class Verdict:
    """What Stripe found, what to do about it, and what stops until then: whole sentences."""

    what: str
    todo: str
    stops: str

    @property
    def sentence(self) -> str:
        """All of it."""
        return " ".join(part for part in (self.what, self.todo, self.stops) if part)


def error(code: str) -> Verdict:
    """What an error of a requirement means."""
    return _verdict(_ERRORS, code, "missing")


def disabled(reason: str) -> Verdict:
    """What it means that an account is off for this reason."""
    return _verdict(_DISABLED, _reason(reason), "everything")


def is_known_error(code: str) -> bool:
    """Whether we have words of its own for this error."""
    return code in codes(_ERRORS)


def is_known_reason(reason: str) -> bool:
    """Whether we have words of its own for this reason."""
    return reason == "other" or reason in codes(_DISABLED)


def todo(said: Mapping[str, str]) -> str:
    """What to do: in words of its own, or by the name of a sentence that many share."""
    return (
        said["todo"] if "todo" in said else word("connect.todo", said.get("do", "tell"))
    )


def _reason(reason: str) -> str:
    if reason == "other":
        return _PAUSED
    is_new = reason.startswith("rejected.") and reason not in codes(_DISABLED)
    return "rejected" if is_new else reason


def _verdict(table: str, code: str, usual: str) -> Verdict:
    said = words(table, code)
    return Verdict(
        said["what"],
        todo(said),
        word("connect.meanwhile", said.get("meanwhile", usual)),
    )
