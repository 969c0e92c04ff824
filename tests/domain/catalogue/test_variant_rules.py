"""Which variants options make, and which of before go on as which of now: pure."""

from __future__ import annotations

from shared.trade.catalogue.rules import (
    Option,
    combinations,
    descent,
    full_name,
    options_in,
    options_text,
)

SIZE = Option("Size", ("S", "M"))
COLOUR = Option("Colour", ("Blue", "Red"))


def test_every_combination_is_a_variant_in_the_options_order() -> None:
    """Without options there is none: the product is sold itself."""
    assert combinations([SIZE, COLOUR]) == [
        ("S", "Blue"),
        ("S", "Red"),
        ("M", "Blue"),
        ("M", "Red"),
    ]
    assert combinations([]) == []


def test_a_value_in_anothers_place_is_that_value_renamed() -> None:
    """A typo that is mended loses no stock; values that change places are themselves."""
    renamed = descent([SIZE], [Option("Size", ("Small", "M"))])
    assert renamed[("Small",)] == ("S",)
    assert renamed[("M",)] == ("M",)

    swapped = descent([SIZE], [Option("Size", ("M", "S"))])
    assert swapped == {("M",): ("M",), ("S",): ("S",)}


def test_what_there_was_has_the_first_value_of_an_option_that_is_new() -> None:
    """The others are new, and nothing of them is in stock."""
    found = descent([SIZE], [SIZE, COLOUR])
    assert found == {("S", "Blue"): ("S",), ("M", "Blue"): ("M",)}


def test_options_are_kept_as_they_were_said() -> None:
    """Whatever letters and signs are in them."""
    said = (Option('Size "EU"', ("½, wide", "Größe 7")), COLOUR)
    assert options_in(options_text(said)) == said
    assert (options_text(()), options_in("")) == ("", ())


def test_a_variant_is_called_by_what_was_chosen() -> None:
    """A product without options by its name alone."""
    assert full_name("Shirt", "S, Blue") == "Shirt (S, Blue)"
    assert full_name("Shirt", "") == "Shirt"
