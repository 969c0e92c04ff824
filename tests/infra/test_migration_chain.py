"""Migrations stand in one line."""

from __future__ import annotations

import pytest

from shared.infra.database.chain import broken_links, out_of_line


def test_ours_do() -> None:
    """Each names the one before it."""
    assert broken_links() == []


@pytest.mark.parametrize(
    ("second", "third", "wrong"),
    [
        (["0001_a"], ["0002_b"], []),
        (["0001_a"], ["0001_a"], ["0003_c"]),
        ([], ["0002_b"], ["0002_b"]),
        (["0001_a"], ["0001_a", "0002_b"], ["0003_c"]),
    ],
)
def test_a_fork_and_a_gap_are_told(
    second: list[str],
    third: list[str],
    wrong: list[str],
) -> None:
    """Two that name the same one, one that names none, one that names two."""
    told = out_of_line({"0001_a": [], "0002_b": second, "0003_c": third})
    assert [sentence.split()[2] for sentence in told] == wrong
