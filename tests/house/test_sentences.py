"""Domain code says nothing itself: what a person reads stands in templates, in `templates/words`,
or in an `errors.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.core.words import FOLDER, codes
from shared.core.words import sentences as words_of
from tests.house.sentences import in_domains, sentences

ROOT = Path(__file__).resolve().parents[2]
# The tag of a form that has fields to fill in; what Jinja writes into it may have a `>`.
_FORM = re.compile(
    r'<form\b(?=[^>]*class="form[ "])(?:\{\{.*?\}\}|\{%.*?%\}|[^>{])*>', re.DOTALL
)


def test_domain_code_says_nothing_itself() -> None:
    """Not one module, not one sentence."""
    assert in_domains(ROOT) == {}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('raise NotPaid("This order is not paid.")', ["This order is not paid."]),
        ('raise TooMuch(f"At most {left} is left.")', ["At most □ is left."]),
        ('raise ValueError("This order is not paid.")', []),
        ('raise Refused(log="This order is not paid.")', []),
        ('"""This order is not paid."""\nlog.info("Nothing was paid here.")', []),
        ('x = "SELECT id FROM orders"', []),
        ('default = _n("This order is not paid.")', ["This order is not paid."]),
    ],
)
def test_what_counts_as_a_sentence(code: str, found: list[str]) -> None:
    """What a person would read."""
    assert sentences(code) == found


def test_in_errors_a_sentence_is_marked_for_the_catalogues() -> None:
    """Then it may stand there."""
    assert sentences('default = _n("This order is not paid.")', may_mark=True) == []
    assert sentences('default = "This order is not paid."', may_mark=True) == [
        "This order is not paid."
    ]


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.name
)
def test_words_are_words(path: Path) -> None:
    """No empty one, and none twice for the same code."""
    assert all(text.strip() == text and text for _, text in words_of(path))


def test_every_state_has_its_words() -> None:
    """Those of the rules, and no other."""
    from shared.finance.disputes.rules import DisputeStatus

    assert codes("disputes.states") == {*DisputeStatus, "resolved", "accepted"}


def test_what_is_wrong_in_a_form_is_said_by_us() -> None:
    """No browser keeps a form back with words of its own, in a language of its own; a form for a
    passkey is sent by a script.
    """
    kept_back = [
        f"{path.relative_to(ROOT)}: {form}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for form in _FORM.findall(path.read_text("utf-8"))
        if 'method="post"' in form
        and "novalidate" not in form
        and "data-passkey" not in form
    ]
    assert kept_back == []
