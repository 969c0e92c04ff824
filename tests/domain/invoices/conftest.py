"""What the files that are made say, page by page."""

from __future__ import annotations

import pytest

from shared.finance.statements.pdf import Sheets, Text


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The words of each page of the files that are made."""
    written: list[list[str]] = []
    finished = Sheets.pdf

    def pdf(sheets: Sheets) -> bytes:
        written.extend(
            [item.words for item in page if isinstance(item, Text)]
            for page in sheets.pages
        )
        return finished(sheets)

    monkeypatch.setattr(Sheets, "pdf", pdf)
    return written
