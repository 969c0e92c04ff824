"""Tokens that are made of something in the database and the secret key, and of neither alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.ids import Sealed, new_nonce, sealed, unsealed

KEY, NEXT = (
    "the key of this installation, long enough",
    "the key that comes after it, long enough",
)


@given(
    kind=st.sampled_from(Sealed),
    nonce=st.text("abcXYZ019_-", min_size=1, max_size=40),
)
def test_a_token_is_made_again_and_opened_again(kind: Sealed, nonce: str) -> None:
    """The same each time, and for links of one kind alone."""
    token = sealed(KEY, nonce, kind)
    assert token == sealed(KEY, nonce, kind)
    assert unsealed([KEY], token, kind) == nonce
    (other,) = set(Sealed) - {kind}
    assert unsealed([KEY], token, other) is None
    assert unsealed([KEY], other + token[len(kind) :], other) is None


def test_a_link_made_under_the_old_key_opens_while_that_is_kept_beside_the_new_one() -> (
    None
):
    """New links are made with the first; without the old key the old link opens nothing."""
    old = sealed(KEY, new_nonce(), Sealed.ORDER)
    assert unsealed([NEXT, KEY], old, Sealed.ORDER)
    assert unsealed([NEXT], old, Sealed.ORDER) is None


@given(position=st.integers(0, 56), sign=st.sampled_from("aZ_é\0"))
def test_a_token_with_one_sign_changed_opens_nothing(position: int, sign: str) -> None:
    """Wherever it stands."""
    token = sealed(KEY, "n" * 22, Sealed.ORDER)
    changed = token[:position] + sign + token[position + 1 :]
    assert unsealed([KEY], changed, Sealed.ORDER) == (
        "n" * 22 if changed == token else None
    )


@pytest.mark.parametrize(
    "token", ["", "co_", "co_" + "x" * 31, "co_" + "x" * 32, "mhl_", "\u2603" * 60]
)
def test_what_is_no_token_opens_nothing(token: str) -> None:
    """Too short, of another kind, of other signs."""
    assert [unsealed([KEY], token, kind) for kind in Sealed] == [None, None]


def test_nothing_is_sealed_without_a_key() -> None:
    """An empty key is everybody's."""
    with pytest.raises(ValueError, match="secret key"):
        sealed("", new_nonce())
