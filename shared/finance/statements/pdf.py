"""Sheets of A4 that text and lines are put on, and the PDF that they make: the same bytes for the
same sheets.

Nothing in the file tells when or where it was made, and nothing in it is compressed: two builds of
zlib may differ.
"""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from shared.core.frozen import frozen
from shared.core.words import word

FONTS = Path(__file__).with_name("vendor")
REGULAR, BOLD = "Inter-Regular", "Inter-SemiBold"
WIDTH, HEIGHT, MARGIN = 595.276, 841.89, 48.0
RIGHT = WIDTH - MARGIN
INK, GREY, LINE, ACCENT = "#16211f", "#5a6b68", "#d5dedc", "#0f766e"

_lock = threading.Lock()  # the library keeps its fonts in one place for all threads


@frozen
class Text:
    """Words at a place; `align` left of, right of, or around x."""

    x: float
    y: float
    words: str
    font: str
    size: float
    color: str
    align: str


@frozen
class HorizontalRule:
    """A horizontal line."""

    x: float
    y: float
    to: float
    color: str
    width: float


@dataclass
class Sheets:
    """Pages that are written from the top down; `y` is where the next line goes, in points from the
    upper edge.
    """

    title: str
    author: str
    pages: list[list[Text | HorizontalRule]] = field(default_factory=list)
    y: float = MARGIN

    def turn(self) -> None:
        """Begin a new page."""
        self.pages.append([])
        self.y = MARGIN

    def room(self, points: float) -> bool:
        """Whether so much still fits above the foot of the page."""
        return self.y + points <= HEIGHT - MARGIN - 24

    def text(
        self,
        x: float,
        words: str,
        *,
        size: float = 9,
        bold: bool = False,
        color: str = INK,
        align: str = "left",
        most: float = 0,
    ) -> None:
        """Write on the current line; what is wider than `most` points is cut off with an
        ellipsis.
        """
        name = BOLD if bold else REGULAR
        self.pages[-1].append(
            Text(
                x,
                self.y,
                fitted(words, name, size, most) if most else words,
                name,
                size,
                color,
                align,
            )
        )

    def rule(
        self,
        *,
        x: float = MARGIN,
        to: float = RIGHT,
        color: str = LINE,
        width: float = 0.6,
        down: float = 0,
    ) -> None:
        """Draw a line `down` points below the current one."""
        self.pages[-1].append(
            HorizontalRule(
                x,
                self.y + down,
                to,
                color,
                width,
            )
        )

    def down(self, points: float) -> None:
        """Go down."""
        self.y += points

    def feet(
        self,
        words: str,
        *,
        since: int = 0,
    ) -> None:
        """Write the same at the foot of every page after the first `since`, with its number among
        those.
        """
        pages = self.pages[since:]
        for number, page in enumerate(pages, 1):
            at = HEIGHT - MARGIN + 8
            page.append(HorizontalRule(MARGIN, at - 14, RIGHT, LINE, 0.6))
            page.append(
                Text(
                    MARGIN,
                    at,
                    fitted(words, REGULAR, 8, 420),
                    REGULAR,
                    8,
                    GREY,
                    "left",
                )
            )
            page.append(
                Text(
                    RIGHT,
                    at,
                    word(
                        "statements.account",
                        "page",
                        number=number,
                        pages=len(pages),
                    ),
                    REGULAR,
                    8,
                    GREY,
                    "right",
                )
            )

    def pdf(self) -> bytes:
        """The finished file."""
        out = io.BytesIO()
        with _lock:
            canvas = _canvas(out)
            canvas.setTitle(self.title)
            canvas.setAuthor(self.author)
            canvas.setCreator("Markethall")
            for page in self.pages:
                for item in page:
                    _draw(canvas, item)
                canvas.showPage()
            canvas.save()
        return out.getvalue()


def _canvas(out: io.BytesIO) -> Canvas:
    _load_fonts()
    return Canvas(
        out,
        pagesize=(WIDTH, HEIGHT),
        invariant=1,
        pageCompression=0,
        lang="en",
        initialFontName=REGULAR,
    )


def _load_fonts() -> None:
    for name in (REGULAR, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))


def wide(words: str, font: str, size: float) -> float:
    """How many points `words` take."""
    with _lock:
        _load_fonts()
    return float(pdfmetrics.stringWidth(words, font, size))


def fitted(
    words: str,
    font: str,
    size: float,
    most: float,
) -> str:
    """`words`, or as many of them as are no wider than `most` points, with an ellipsis."""
    if wide(words, font, size) <= most:
        return words
    while words and wide(words + "…", font, size) > most:
        words = words[:-1]
    return words.rstrip() + "…"


def folded(
    words: str,
    font: str,
    size: float,
    most: float,
) -> list[str]:
    """`words` in lines no wider than `most` points, broken between words; one that is too wide by
    itself is cut.
    """
    lines: list[str] = []
    for part in words.split():
        longer = f"{lines[-1]} {part}" if lines else part
        if lines and wide(longer, font, size) <= most:
            lines[-1] = longer
        else:
            lines.append(fitted(part, font, size, most))
    return lines


def _draw(canvas: Canvas, item: Text | HorizontalRule) -> None:
    if isinstance(item, HorizontalRule):
        canvas.setStrokeColor(HexColor(item.color))
        canvas.setLineWidth(item.width)
        canvas.line(
            item.x,
            HEIGHT - item.y,
            item.to,
            HEIGHT - item.y,
        )
        return
    canvas.setFillColor(HexColor(item.color))
    canvas.setFont(item.font, item.size)
    draw = {"left": canvas.drawString, "right": canvas.drawRightString}[item.align]
    draw(item.x, HEIGHT - item.y, item.words)
