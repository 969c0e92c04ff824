"""What acts are called: every name that the code writes down reads as words, and belongs to a kind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.audit.words import KINDS, NOUNS, WORDS, in_detail, told
from shared.money import Money

SHARED = Path(__file__).resolve().parents[2] / "shared"
_NAME = re.compile(r'(?:record|_note|_record|note|note_seldom)\(\s*"([a-z_]+\.[a-z_]+)"')


def written() -> set[str]:
    """The names of acts that stand in the code as they are."""
    files = [path for path in SHARED.rglob("*.py") if "sandbox" not in path.parts]
    return {name for path in files for name in _NAME.findall(path.read_text())}


def test_the_code_writes_acts_down() -> None:
    """So that the tests below do not look at nothing."""
    assert len(written()) > 40


@pytest.mark.parametrize("action", sorted(written() | set(WORDS)))
def test_each_act_has_words_and_a_kind(action: str) -> None:
    """A noun that people know, no code, and one of the kinds that the page offers."""
    said = told(action)
    assert action.partition(".")[0] in NOUNS
    assert "_" not in said
    assert not re.search(r"[a-z]\.[a-z]", said)
    if not action.startswith("demo."):
        assert any(action.startswith(begin) for kind in KINDS.values() for begin in kind.begins), action


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({}, ""),
        ({"before": "2.50", "after": "3.00"}, "2.50 → 3.00"),
        (
            {"before": {"time_zone": "UTC"}, "after": {"time_zone": "Europe/Paris"}},
            "time zone UTC → time zone Europe/Paris",
        ),
        ({"amount": 1200, "currency": "EUR", "key": "vendor:1:x"}, f"amount: {Money(1200, 'EUR')}"),
        ({"reason": "Many complaints", "until": None}, "reason: Many complaints"),
        ({"changed": ["a", "b"], "is_open": True}, "changed: a, b, is open: yes"),
    ],
)
def test_details_are_a_line(details: dict[str, object], said: str) -> None:
    """Without our own keys and what is empty."""
    assert in_detail(details) == said
