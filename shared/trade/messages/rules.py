"""How much may be written about an order. Pure."""

from __future__ import annotations

from shared.trade.messages.errors import NothingWritten, TooManyMessages

MAX_TEXT = 2000
# In a row, without a word from the other side: each is a mail to somebody.
MOST_IN_A_ROW = 5


def tidy_text(text: str) -> str:
    """A message as it is kept, with its lines. Raises NothingWritten."""
    lines = text.replace("\r", "").split("\n")
    tidy = "\n".join(" ".join(line.split()) for line in lines).strip()
    if not tidy or len(tidy) > MAX_TEXT:
        raise NothingWritten(most=MAX_TEXT)
    return tidy


def may_write(in_a_row: int) -> None:
    """Whether one more may follow so many of one's own. Raises TooManyMessages."""
    if in_a_row >= MOST_IN_A_ROW:
        raise TooManyMessages
