"""Whatever the inbox may note of an event has words that a shop owner understands, also what older
versions noted.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from shared.core.words import codes, word
from shared.finance.disputes.rules import DisputeStatus
from shared.finance.inbox.outcomes import TABLE, code_of, in_words
from shared.finance.payments.rules import PaymentState
from shared.finance.payouts.rules import PayoutState
from shared.finance.refunds.rules import RefundState

ROOT = Path(__file__).resolve().parents[2] / "shared"
SAY = (
    *ROOT.glob("finance/*/stripe_events.py"),
    ROOT / "finance/disputes/fraud_warnings.py",
    ROOT / "finance/inbox/dispatch.py",
    ROOT / "core/domains.py",
)
STATES: dict[str, type[StrEnum]] = {
    "dispute": DisputeStatus,
    "payment": PaymentState,
    "payout": PayoutState,
    "refund": RefundState,
}


def _written(node: ast.expr) -> str | None:
    """A sentence of code, a brace pair for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (
            each.value if isinstance(each, ast.Constant) else "{}"
            for each in node.values
        )
        return "".join(map(str, parts))
    return None


def _notes_of(tree: ast.Module) -> Iterator[str]:
    """What functions return, what is no news or passed on, and constants."""
    for node in ast.walk(tree):
        said: list[ast.expr] = []
        if isinstance(node, ast.Return) and node.value is not None:
            said = [node.value]
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            said = [node.value] if node.targets[0].id.isupper() else []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            said = node.args if node.func.id in ("NoNews", "partial") else []
        for each in said:
            found = [each.body, each.orelse] if isinstance(each, ast.IfExp) else [each]
            yield from filter(None, map(_written, found))


def _possible(note: str) -> list[str]:
    """All that a sentence can become."""
    about, is_, rest = note.partition(" is {}")
    if is_ and not rest:
        return [f"{about} is {state}" for state in STATES[about]]
    return [note.replace("{}", "3")]


NOTES = sorted(
    {
        possible
        for path in SAY
        for note in _notes_of(ast.parse(path.read_text()))
        for possible in _possible(note)
        if (" " in note and not note[0].isupper()) or note == "known"
    }
)


def test_the_code_says_what_is_walked() -> None:
    """Else the test below would promise nothing."""
    assert {"payment is requires_action", "not ours", "3 refunds read"} <= set(NOTES)
    assert {code_of(note) for note in NOTES} == codes(TABLE)


@pytest.mark.parametrize("note", NOTES)
def test_each_note_is_a_sentence(note: str) -> None:
    """In our words: no state of Stripe's, no name of the code's."""
    said = in_words(note)
    assert said != note
    assert said.endswith(".")
    assert said[0].isupper()
    assert "_" not in said


def test_a_number_is_told_and_an_error_stands_as_it_is() -> None:
    """`noted 2 taken by hand` says how many; why an event failed has no words of its own."""
    assert "2" in in_words("noted 2 taken by hand")
    assert in_words("3 new in Stripe's reserve").endswith("3.")
    assert (
        in_words("WhichOrder: this refund is of 2") == "WhichOrder: this refund is of 2"
    )
    assert in_words("") == ""
    assert word(TABLE, "not_ours") == in_words("not ours")
