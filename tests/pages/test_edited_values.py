"""What changed while somebody typed: the comparison, and what a page carries for it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.editing import LONGEST, FieldDifference, differences, mark, read, write

WAS = {"name": "A cup", "price": "€10.00", "stock": "5"}
texts = st.dictionaries(
    st.sampled_from([*WAS, "description"]),
    st.text(max_size=LONGEST + 3),
)


@pytest.mark.parametrize(
    ("now", "typed", "found"),
    [
        pytest.param({}, {"name": "A mug"}, [], id="nobody else changed anything"),
        pytest.param({"name": "A mug"}, {"name": "A mug"}, [], id="both say the same"),
        pytest.param(
            {"name": "A mug"},
            {"name": "A jug"},
            [("name", "A cup", "A mug", "A jug", True)],
            id="one field",
        ),
        pytest.param(
            {"price": "€12.00"},
            {"name": "A jug"},
            [("price", "€10.00", "€12.00", "€10.00", False)],
            id="two",
        ),
        pytest.param(
            {"stock": "4"}, {"name": "A jug"}, [], id="it moves by itself, untouched"
        ),
        pytest.param(
            {"stock": "4"},
            {"stock": "9"},
            [("stock", "5", "4", "9", True)],
            id="it moves by itself, touched",
        ),
    ],
)
def test_what_somebody_else_changed_is_found(
    now: dict[str, str],
    typed: dict[str, str],
    found: list[tuple[str, str, str, str, bool]],
) -> None:
    """Field by field: what it was, what it is, what was typed, and whether both changed it."""
    told = differences(WAS, WAS | now, WAS | typed, moving={"stock"})
    assert told == tuple(FieldDifference(*one) for one in found)


def test_without_what_a_page_showed_whatever_would_be_changed_is_told() -> None:
    """Nobody can say what it was; also of a field alone that the page did not have."""
    assert differences(None, WAS, WAS | {"name": "A jug"}) == (
        FieldDifference("name", None, "A cup", "A jug", True),
    )
    assert (
        differences(
            {"name": "A cup"},
            WAS,
            WAS | {"price": "€1.00"},
        )[0].was
        is None
    )


@settings(max_examples=30)
@given(texts, texts, texts)
def test_nothing_of_anothers_is_overwritten_untold(
    was: dict[str, str], now: dict[str, str], typed: dict[str, str]
) -> None:
    """Whatever is not told was the same when the page was opened, or is what somebody typed; long
    texts too.
    """
    told = {one.name for one in differences(read(write(was)), now, typed)}
    for name, current in now.items():
        assert (name in told) != (
            typed.get(name, "") == current or (name in was and was[name] == current)
        ), name


@settings(max_examples=30)
@given(st.text())
def test_what_a_page_carries_is_short_and_whatever_else_comes_is_read_as_nothing(
    text: str,
) -> None:
    """A mark is at most a digest long; what we did not write raises nothing."""
    assert len(mark(text)) <= LONGEST
    read(text)
