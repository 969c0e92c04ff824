"""The one answer to a dispute that several orders share, joined of their vendors' parts. Pure.

Each text stands below its order's number. Where all of it is longer than Stripe takes, the longest
are cut first, so that nobody's part pushes out another's. Stripe takes one document a field: what
finds no field of its own goes to another one, and what fits nowhere is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from shared.core.frozen import frozen
from shared.core.words import in_english
from shared.finance.disputes.evidence import FIELDS, MOST, Field
from shared.finance.disputes.files import KINDS, MOST_TOGETHER

_CUT = "…"


@frozen
class PartDocument:
    """A document of a vendor's part. `stripe_id`: None where Stripe does not have it yet."""

    number: str
    kind: str
    name: str
    size: int
    stripe_id: str | None = None
    is_refused: bool = False


@frozen
class VendorPart:
    """What one vendor says about its own order."""

    number: str
    texts: Mapping[str, str]
    documents: tuple[PartDocument, ...] = ()


@frozen
class JoinedAnswer:
    """What the bank gets: texts and documents by Stripe's names of the fields.

    `shortened`: fields whose texts were cut. `left_out`: documents that found no place.
    """

    texts: Mapping[str, str]
    documents: Mapping[str, PartDocument]
    shortened: tuple[str, ...] = ()
    left_out: tuple[PartDocument, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.texts and not self.documents

    @property
    def named_left_out(self) -> str:
        """The documents that found no place, each with its order's number."""
        names = [f"{each.name} ({each.number})" for each in self.left_out]
        return ", ".join(names)

    @property
    def named_shortened(self) -> str:
        """The fields whose texts were cut, as pages call them."""
        return ", ".join(FIELDS[name].label for name in self.shortened)

    @property
    def sent(self) -> dict[str, str]:
        """The answer as it goes to Stripe: documents that it has by their ids."""
        ids = {
            field: document.stripe_id
            for field, document in self.documents.items()
            if document.stripe_id is not None
        }
        return {**self.texts, **ids}


def join(parts: Sequence[VendorPart]) -> JoinedAnswer:
    """Join the parts, in their order."""
    whole = _texts(parts, dict.fromkeys(FIELDS, MOST))
    texts = _texts(parts, {name: field.most for name, field in FIELDS.items()})
    room = fair([len(text) for text in texts.values()], MOST)
    texts = _texts(parts, dict(zip(texts, room, strict=True)))
    documents, left_out = _placed(parts)
    return JoinedAnswer(
        texts={name: text for name, text in texts.items() if text},
        documents=documents,
        shortened=tuple(name for name in FIELDS if texts[name] != whole[name]),
        left_out=left_out,
    )


def _texts(
    parts: Sequence[VendorPart],
    most: Mapping[str, int],
) -> dict[str, str]:
    return {name: _text(FIELDS[name], parts, most[name]) for name in FIELDS}


def fair(
    lengths: Sequence[int],
    room: int,
) -> list[int]:
    """Share room: nobody gets more than asked for, and what short ones leave goes to long ones."""
    shared = [0] * len(lengths)
    left, waiting = max(room, 0), len(lengths)
    shortest_first = sorted(enumerate(lengths), key=itemgetter(1))
    for place, asked in shortest_first:
        shared[place] = min(asked, left // waiting)
        left -= shared[place]
        waiting -= 1
    return shared


def _text(
    field: Field,
    parts: Sequence[VendorPart],
    most: int,
) -> str:
    """Join what the parts say in one field, in at most so many characters."""
    given = {
        part.number: part.texts[field.name]
        for part in parts
        if field.name in part.texts
    }
    said = list(given.values())
    if not said:
        return ""
    is_of_all = len(said) > 1 and len(set(said)) == 1
    if is_of_all or len(parts) == 1:
        return _cut(said[0], most)
    between = "\n\n" if field.is_long else "; "
    heads = [_head(field, number) for number in given]
    around = len(between.join(heads))
    room = fair([len(text) for text in said], most - around)
    pieces = [
        head + _cut(text, each)
        for head, text, each in zip(heads, said, room, strict=True)
    ]
    return _cut(between.join(pieces), most)


def _head(field: Field, number: str) -> str:
    if not field.is_long:
        return f"{number}: "
    return in_english("disputes.draft", "part", number=number) + "\n"


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[: most - len(_CUT)] + _CUT if most else ""


def _placed(
    parts: Sequence[VendorPart],
) -> tuple[dict[str, PartDocument], tuple[PartDocument, ...]]:
    """Give each document a field: its own, else one that is free, as far as all fit together."""
    placed: dict[str, PartDocument] = {}
    left_out: list[PartDocument] = []
    room = MOST_TOGETHER
    for document in _in_turn(parts):
        field = _free_field(placed, document.kind)
        if field is None or document.is_refused or document.size > room:
            left_out.append(document)
            continue
        placed[field] = document
        room -= document.size
    in_order = {kind: placed[kind] for kind in KINDS if kind in placed}
    return in_order, tuple(left_out)


def _free_field(
    placed: Mapping[str, PartDocument],
    own: str,
) -> str | None:
    if own not in placed:
        return own
    free = [kind for kind in KINDS if kind not in placed]
    return free[-1] if free else None


def _in_turn(parts: Sequence[VendorPart]) -> Iterator[PartDocument]:
    """Take a document of each part, then the next of each, so that nobody takes all fields."""
    most = max((len(part.documents) for part in parts), default=0)
    for turn in range(most):
        for part in parts:
            if turn < len(part.documents):
                yield part.documents[turn]
