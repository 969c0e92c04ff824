"""How a page is looked at: it fits, reads in daylight and at night, does not jump, and axe finds
nothing.

A page is loaded once per width. Night is switched on in the page that is open: the same document,
so that only what has to do with colours is asked again. Where a test goes through pages as a phone
and as a desk, axe looks at each of them at one of the two widths, in turn, and at the first at
both.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import Server

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
WIDTHS = (390, 1280)
# Milliseconds for anything on a page: two browsers and their servers share two cores.
WAIT = 30_000

# Sums up layout shifts that no input caused (web.dev/cls). What htmx fetched because of an input
# is an answer to it however long it took: Chromium itself counts half a second after the input.
SHIFTS = """
window.__shift = {by: 0, moved: []};
let answered = -Infinity;
addEventListener('htmx:after:swap', swap => {
  const why = swap.detail.ctx.sourceEvent?.type;
  if (['change', 'click', 'input', 'submit'].includes(why)) answered = performance.now();
});
const place = box => `${Math.round(box.x)},${Math.round(box.y)} ${Math.round(box.width)}x${Math.round(box.height)}`;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput && entry.startTime > answered + 500) {
    window.__shift.by += entry.value;
    for (const {node, previousRect, currentRect} of entry.sources)
      window.__shift.moved.push(`${node?.nodeName}#${node?.id ?? ''}.${node?.className ?? ''} ${place(previousRect)} -> ${place(currentRect)}`);
  }
}).observe({type: 'layout-shift', buffered: true});
"""
# Everything that the page asked for has come, and two frames have been painted since.
SETTLED = """
async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await document.fonts.ready;
  await Promise.all([...document.images].filter(image => image.loading !== 'lazy').map(image => image.decode().catch(() => {})));
  do { await frame(); await frame(); } while (document.querySelector('.htmx-request, [aria-busy=true]'));
}
"""
# What sticks out of the page to the right, the innermost of it, with what it says.
TOO_WIDE = """
() => [...document.querySelectorAll('body *')]
  .filter(one => one.children.length === 0 && one.getBoundingClientRect().right > window.innerWidth)
  .map(one => `${one.nodeName}.${one.className} ${one.textContent.trim().slice(0, 80)}`).slice(-3)
"""
# No colour is on its way to another one any more. Each is brought to its end, which may begin another
# one: where a part of the page is not drawn it would never come there by itself.
FADED = """
async () => {
  const fading = () => document.getAnimations().filter(animation => animation instanceof CSSTransition);
  for (let frames = 0; frames < 100; frames++) {
    await new Promise(requestAnimationFrame);
    if (!fading().length) return;
    for (const animation of fading()) animation.finish();
  }
}
"""


# How many pages were looked at in a context that has a twin of the other width.
_LOOKS: WeakKeyDictionary[BrowserContext, int] = WeakKeyDictionary()


def take_turns(context: BrowserContext) -> None:
    """Let axe look at each page here or in the context of the other width, which sees the same
    pages.
    """
    _LOOKS[context] = 0


def _is_axes_turn(page: Page) -> bool:
    number, size = _LOOKS.get(page.context), page.viewport_size
    if number is None or size is None:
        return True
    _LOOKS[page.context] = number + 1
    return number == 0 or number % len(WIDTHS) == WIDTHS.index(size["width"])


def look(page: Page, address: str) -> list[str]:
    """What is wrong with the page that is open, in words."""
    wrong = fits(page, address)
    if not _is_axes_turn(page):
        return wrong
    page.evaluate(AXE)
    # What was pressed or enabled a moment ago may have half of its new colours.
    page.evaluate(FADED)
    wrong += _axe(page, address, RULES)
    # Without motion no colour takes its time to become another: a tenth of a look.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.evaluate(FADED)
    wrong += _axe(page, f"{address} at night", COLOURS)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    return wrong


def fits(page: Page, address: str) -> list[str]:
    """What of the page that is open runs over, or jumped, in words."""
    page.wait_for_load_state("load")
    page.evaluate(SETTLED)
    wrong = []
    width: dict[str, int] = page.evaluate(
        "({has: document.scrollingElement.scrollWidth, may: window.innerWidth})"
    )
    if width["has"] > width["may"]:
        wrong.append(
            f"{address} is {width['has']} px wide on a screen of {width['may']}: "
            f"{page.evaluate(TOO_WIDE)}"
        )
    shift: dict[str, Any] = page.evaluate("window.__shift")
    if shift["by"] > 0.02:
        wrong.append(
            f"{address} jumps by {shift['by']:.3f}: {'; '.join(shift['moved'])}"
        )
    return wrong


def _axe(
    page: Page,
    address: str,
    rules: dict[str, Any],
) -> list[str]:
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {resultTypes: ['violations'], runOnly: rules})",
        rules,
    )
    return [
        f"{address}: {violation['id']} ({violation['help']}) at "
        + "; ".join(
            " ".join(map(str, node["target"])) for node in violation["nodes"][:4]
        )
        for violation in found["violations"]
    ]


@pytest.fixture(params=WIDTHS)
def screen(
    request: pytest.FixtureRequest, browser: Browser
) -> Iterator[BrowserContext]:
    """A phone or a desk; what the console complains about fails the test at the end, as with the
    fixture `page`.
    """
    context = browser.new_context(
        viewport={"width": request.param, "height": 844},
        color_scheme="light",
        locale="en-GB",
    )
    context.add_init_script(SHIFTS)
    context.set_default_timeout(WAIT)
    take_turns(context)
    complaints: list[str] = []
    context.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type == "error" else None
        ),
    )
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    serious = [
        complaint
        for complaint in complaints
        if "Failed to load resource" not in complaint
    ]
    assert not serious, serious


def walk(page: Page, server: Server, addresses: list[str]) -> list[str]:
    """Open each address and gather what is wrong with it; it opens at its top."""
    wrong = []
    for address in addresses:
        page.goto(server.url + address)
        wrong += look(page, address)
        down: float = page.evaluate("window.scrollY")
        if down:
            wrong.append(f"{address} opens {down:.0f} px down the page")
    return wrong
