"""What things are found by: the same terms on each engine, whatever signs are in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.core import search_terms
from shared.core.search_terms import TermQuery, as_fts5, as_tsquery, terms, typed_words


def test_words_of_a_name_count_in_all_their_parts() -> None:
    """Down to three letters, so that `tasche` finds `Ledertasche`; and once more as a name's."""
    found = terms(name="Täsche", text="Aus Wolle").split()
    assert {"tasche", "asche", "sche", "che"} <= set(found)
    assert "he" not in found
    assert {"aus", "wolle"} <= set(found)
    assert "olle" not in found
    assert search_terms.in_name("tasche")[:-1] in found
    assert search_terms.in_name("wolle")[:-1] not in found


def test_signs_are_letters_from_each_of_which_a_word_counts() -> None:
    """`%` finds `100%`, as it always did."""
    (sign,) = typed_words("%")
    assert sign in terms(name="100% wool").split()


@given(st.text())
def test_no_text_makes_a_term_that_an_index_reads_as_its_own(text: str) -> None:
    """Only letters and digits, or signs beyond ASCII; never a term of ours that was typed."""
    ours = {search_terms.of("vendor", 1)[0], search_terms.in_name("a")[0]}
    for term in typed_words(text):
        assert len(term) <= search_terms.LONGEST
        assert all(not sign.isascii() or sign.isalnum() for sign in term)
        assert term[0] not in ours


@given(st.text())
def test_what_a_thing_is_called_finds_it(text: str) -> None:
    """Each typed word is the beginning of some term."""
    found = terms(name=text).split()
    for word in typed_words(text):
        assert any(term.startswith(word) for term in found)


@given(st.text(), st.data())
def test_every_piece_of_a_word_finds_it(text: str, data: st.DataObject) -> None:
    """However short it is, and wherever in the word it begins."""
    found = search_terms.pieces(text).split()
    for word in text.split():
        start = data.draw(st.integers(0, len(word)))
        piece = word[start : data.draw(st.integers(start, len(word)))]
        for typed in typed_words(piece):
            assert any(term.startswith(typed) for term in found)


def test_a_wish_in_the_words_of_each_engine() -> None:
    """Of each group one, and nothing of what is left out."""
    terms_wanted = TermQuery((("a*", "b"), ("c",)), TermQuery((("d",),)))
    assert as_fts5(terms_wanted) == '(("a"* OR "b") AND ("c")) NOT (("d"))'
    assert as_tsquery(terms_wanted) == "(('a':* | 'b') & ('c')) & !(('d'))"
