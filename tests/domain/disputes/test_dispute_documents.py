"""What a document of an answer may be, judged by what is in it, and its name as it goes to
Stripe.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import Invalid
from shared.finance.disputes import files
from shared.sandbox.expansion import EVIDENCE_FILES
from shared.sandbox.resources.files import MOST_PAGES, MOST_TOGETHER, PURPOSES
from tests.support.papers import paper


def test_the_kinds_are_files_of_stripes_evidence_and_the_limits_stripes() -> None:
    """So that nothing which we take is refused there."""
    assert set(files.KINDS) <= set(EVIDENCE_FILES)
    assert (files.MOST_TOGETHER, files.MOST_PAGES) == (MOST_TOGETHER, MOST_PAGES)
    assert PURPOSES["dispute_evidence"].most >= files.MOST_TOGETHER


@pytest.mark.parametrize(
    ("kind", "found"),
    [("pdf", "application/pdf"), ("jpg", "image/jpeg"), ("png", "image/png")],
)
def test_a_document_is_what_is_in_it(kind: str, found: str) -> None:
    """Whatever it is called."""
    assert files.judge("receipt", "invoice.exe", paper(kind)).content_type == found


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"<html><script>", "PDF, JPEG and PNG"),
        (paper("gif"), "PDF, JPEG and PNG"),
        (
            paper(size=files.MOST_TOGETHER + 100_000),
            r"has 4\.6 MB; all documents together may have 4\.5 MB",
        ),
        (paper(pages=50), "more than 49 pages"),
    ],
)
def test_what_a_bank_would_not_read_is_refused_in_a_sentence_at_its_field(
    content: bytes, says: str
) -> None:
    """And what to do about it."""
    with pytest.raises(Invalid, match=says) as caught:
        files.judge("receipt", "invoice.pdf", content)
    assert caught.value.param == "receipt"


@pytest.mark.parametrize(
    ("name", "tidy"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("INVOICE.PDF", "INVOICE.pdf"),
        ("C:\\Users\\ada\\scan.exe", "scan.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ('a"b\r\nc.pdf', "abc.pdf"),
        ("", "document.pdf"),
        (".pdf", "pdf.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_loses_folders_and_what_cannot_be_printed_and_ends_as_it_should(
    name: str, tidy: str
) -> None:
    """No header and no folder can be made of it."""
    assert files.judge("receipt", name, paper()).name == tidy


@given(st.text(max_size=200))
def test_every_name_becomes_a_short_plain_one(name: str) -> None:
    """Of any characters whatever."""
    tidy = files.judge("receipt", name, paper()).name
    assert tidy.endswith(".pdf")
    assert 4 < len(tidy) <= files.MOST_NAME
    assert tidy.isprintable()
    assert not set(tidy) & set('/\\"')


@pytest.mark.parametrize(
    ("newest", "fits"),
    [(1, True), (500_000, True), (500_001, False)],
)
def test_all_documents_together_may_have_as_much_as_the_bank_takes(
    newest: int, fits: bool
) -> None:
    """To the byte; the sentence stands at the newest, which is the one to be made smaller."""
    sizes = {"receipt": files.MOST_TOGETHER - 500_000, "customer_communication": newest}
    if fits:
        files.check_together("customer_communication", sizes)
        return
    with pytest.raises(Invalid, match="the bank takes") as told:
        files.check_together("customer_communication", sizes)
    assert told.value.param == "customer_communication"
