"""The one answer to a shared dispute, joined of the vendors' parts: nobody is pushed out, and
nothing is longer or larger than Stripe takes it.
"""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from shared.finance.disputes.evidence import FIELDS, MOST
from shared.finance.disputes.files import KINDS, MOST_TOGETHER
from shared.finance.disputes.joined_answers import (
    PartDocument,
    VendorPart,
    fair,
    join,
)


def _part(number: str, *documents: tuple[str, int], **texts: str) -> VendorPart:
    papers = [
        PartDocument(number, kind, f"{kind}.pdf", size, f"file_{number}_{kind}")
        for kind, size in documents
    ]
    return VendorPart(number, texts, tuple(papers))


def test_each_text_stands_below_its_orders_number() -> None:
    """A line names it; what all say alike stands once."""
    answer = join(
        [
            _part(
                "M-1",
                customer_name="Ada",
                shipping_carrier="DHL",
                uncategorized_text="A",
            ),
            _part(
                "M-2",
                customer_name="Ada",
                shipping_carrier="UPS",
                uncategorized_text="B",
            ),
        ]
    )
    assert answer.texts == {
        "customer_name": "Ada",
        "shipping_carrier": "M-1: DHL; M-2: UPS",
        "uncategorized_text": "Order M-1:\nA\n\nOrder M-2:\nB",
    }
    assert answer.shortened == ()


def test_a_text_of_one_vendor_alone_still_names_its_order() -> None:
    """The bank must not read it as about the whole."""
    answer = join([_part("M-1", uncategorized_text="A"), _part("M-2")])
    assert answer.texts == {"uncategorized_text": "Order M-1:\nA"}


def test_the_longest_text_is_cut_and_the_field_is_named() -> None:
    """A short one stays whole."""
    answer = join(
        [
            _part("M-1", uncategorized_text="a" * 20_000),
            _part("M-2", uncategorized_text="It arrived."),
        ]
    )
    text = answer.texts["uncategorized_text"]
    assert len(text) == 20_000
    assert text.endswith("a…\n\nOrder M-2:\nIt arrived.")
    assert answer.shortened == ("uncategorized_text",)


TEXTS = st.dictionaries(
    st.sampled_from(sorted(FIELDS)), st.integers(1, 20_000), max_size=len(FIELDS)
)


@example(lengths=[dict.fromkeys(FIELDS, 20_000)] * 2)
@given(lengths=st.lists(TEXTS, min_size=1, max_size=60))
def test_no_field_and_no_sum_is_longer_than_stripe_takes_it(
    lengths: list[dict[str, int]],
) -> None:
    """However many vendors write however much."""
    parts = [
        _part(
            f"M-{place}", **{name: str(place)[0] * each for name, each in said.items()}
        )
        for place, said in enumerate(lengths)
    ]
    answer = join(parts)
    for name, text in answer.texts.items():
        assert 0 < len(text) <= FIELDS[name].most
    assert sum(map(len, answer.texts.values())) <= MOST
    assert set(answer.texts) == {name for said in lengths for name in said}


@given(st.lists(st.integers(0, 1000), max_size=20), st.integers(0, 5000))
def test_room_is_shared_so_that_short_ones_are_never_cut_before_long_ones(
    lengths: list[int], room: int
) -> None:
    """All of it is used where somebody still wants it, up to what cannot be divided."""
    shared = fair(lengths, room)
    assert all(0 <= got <= asked for got, asked in zip(shared, lengths, strict=True))
    assert sum(shared) == min(room, sum(lengths))
    cut = [got for got, asked in zip(shared, lengths, strict=True) if got < asked]
    if cut:
        assert max(shared) <= max(cut) + 1
        assert max(cut) - min(cut) <= 1


def test_a_document_whose_field_is_taken_goes_to_a_free_one() -> None:
    """Vendors take turns; what fits nowhere is named."""
    mine = [(kind, 10) for kind in KINDS]
    answer = join([_part("M-1", *mine), _part("M-2", *mine[:2])])
    placed = [(kind, each.number, each.kind) for kind, each in answer.documents.items()]
    assert placed == [
        ("receipt", "M-1", "receipt"),
        ("shipping_documentation", "M-1", "shipping_documentation"),
        ("customer_communication", "M-2", "shipping_documentation"),
        ("uncategorized_file", "M-2", "receipt"),
    ]
    assert answer.named_left_out == (
        "customer_communication.pdf (M-1), uncategorized_file.pdf (M-1)"
    )


def test_documents_fit_together_and_a_refused_one_is_left_out() -> None:
    """One that is too large leaves room for the next."""
    large = MOST_TOGETHER - 10
    refused = PartDocument("M-3", "receipt", "bad.pdf", 1, is_refused=True)
    answer = join(
        [
            _part("M-1", ("receipt", large)),
            _part("M-2", ("receipt", 11), ("uncategorized_file", 10)),
            VendorPart("M-3", {}, (refused,)),
        ]
    )
    assert answer.sent == {
        "receipt": "file_M-1_receipt",
        "uncategorized_file": "file_M-2_uncategorized_file",
    }
    assert [each.number for each in answer.left_out] == ["M-2", "M-3"]
