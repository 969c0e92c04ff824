"""The counters count what they say, and this checkout gets no harder to read."""

from __future__ import annotations

from tests.house import measure
from tests.house.arrows import between, floors
from tests.house.counters import count

EXAMPLE = '''"""A module."""

import shared.core.money


class Cup:
    """A cup."""

    size = f"{shared.core.money} {1 + 1}"  # five tokens, no comment


def fill(cup: Cup) -> None:
    """Fill it.

    In two lines.
    """
    import json

    return json.dumps(
        """several
        lines"""
    )
'''


def test_code_lines_hold_tokens_and_nothing_else() -> None:
    """Comments and docstrings count nothing; a string counts once, where it starts."""
    counted = count(EXAMPLE)

    assert counted.tokens == (6, 3, 3, 10, 2, 5, 1, 1)
    assert counted.classes == ("Cup",)
    assert counted.inner_imports == 1
    assert counted.long_functions == ()


def test_a_function_is_long_from_its_forty_first_line_on() -> None:
    """Methods and functions in functions too; a line from its hundred and first character on."""
    lines = [
        "class Cup:",
        "    async def fill(self):",
        "        pass\n" * 40,
        "#" * 101,
        "#" * 100,
    ]
    counted = count("\n".join(lines))

    assert counted.long_functions == ("fill",)
    assert counted.long_lines == 1


def test_arrows_are_pairs_of_rooms() -> None:
    """Two modules of a room that import the same other room are one arrow; rooms stand in order."""
    imports = {
        "portal.home": {"shared.trade.orders.rules", "shared.finance.refunds"},
        "portal.away": {"shared.trade.orders.models"},
        "shared.trade.orders.rules": {
            "shared.trade.orders.models",
            "shared.core.clock",
        },
        "shared.finance.refunds": {"shared.trade.orders.rules"},
    }
    rooms, packages = (
        between(imports, packages=packages) for packages in (False, True)
    )

    assert rooms["portal"] == {"shared.trade", "shared.finance"}
    assert packages["shared.trade.orders"] == {"shared.core.clock"}
    assert floors(rooms) == 4
    assert floors({"a": {"b"}, "b": {"a"}}) is None


def test_a_figure_above_its_bound_is_named() -> None:
    """With its side; what is at its bound is not."""
    bounds = {"long lines": (1.0, 5.0)}

    assert measure.worse({"long lines": (1, 6)}, bounds) == [
        "long lines, stand-in: 6, at most 5"
    ]


def test_nothing_gets_harder_to_read() -> None:
    """No figure is above what it has been; what is better lowers its bound in `measure.py`.

    No arrows go round.
    """
    house = measure.Checkout(measure.HERE)

    assert measure.worse(measure.measured(house), measure.BOUNDS) == []
    assert floors(between(house.imports, packages=True)) is not None, "arrows go round"
