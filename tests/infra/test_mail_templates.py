"""Mails as templates: what every one of them must be, and what the renderer refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from quart import Quart

from shared.core.money import Money
from shared.infra.mail import rendering
from shared.infra.mail.links import MailLinks, WhenSent
from shared.infra.mail.paragraphs import paragraphs
from shared.infra.mail.rendering import FOLDER, as_html, render

SHIPPED = {
    "number": "MH-1",
    "vendor_name": "Atelier Luxe",
    "full_name": "Ada",
    "carrier": "",
    "tracking": "",
    "link": None,
}
REFUNDED = {
    "number": "MH-1",
    "full_name": "Ada",
    "vendor_name": "Cups",
    "amount": Money(100, "EUR"),
    "by_marketplace": False,
    "parts": [],
}
BY_STATE = {"refund_refused", "refund_declined"}  # `refund_<state>`


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("[!_]*.txt")), ids=lambda path: path.name
)
def test_every_mail_begins_with_its_subject(path: Path) -> None:
    """A line of its own, or one of several, then an empty one, then the text."""
    head, _, text = path.read_text().partition("\n\n")

    assert re.fullmatch(
        r"(\{%.*%\}\n)*Subject: .*(\n(\{%.*%\}|Subject: .*))*", head.strip()
    )
    assert text


def test_the_html_of_a_mail_says_what_its_text_says() -> None:
    """Paragraphs, rows and items as such, our own addresses as links, and nothing of anybody's as
    markup.
    """
    text = (
        "Hello <b>,\n\nsee:\n{public_url}/x\nhttps://else.test/y\n\n  2 x Cup  €1.00\n\n  - One. "
        "Two\n"
    )
    told = paragraphs(text, "{public_url}")

    assert [each.shape for each in told] == ["text", "text", "rows", "items"]
    assert [line.is_link for line in told[1].lines] == [False, True, False]
    assert told[2].lines[0].cells == ("2 x Cup", "€1.00")
    letter = render(
        "refunded",
        {**REFUNDED, "note": "<img src=x>\n{public_url}/y z\n{public_url}@z.test"},
    )
    html = as_html("refunded", letter, "de")
    assert '<html lang="de">' in html
    # On a button that says what the line before says, and to be read.
    assert (
        '<a class="go" href="{public_url}/shop/orders/{order_link}">See where it is at any time</a>'
        in html
    )
    assert "<small>{public_url}/shop/orders/{order_link}</small>" in html
    assert "Cups writes: &lt;img src=x&gt;" in html
    assert html.count("<a ") == 1


def test_every_mail_that_is_posted_has_a_template() -> None:
    """And no template is left over."""
    code = "".join(
        path.read_text() for path in (FOLDER.parents[1] / "shared").rglob("*.py")
    )
    kinds = {path.stem for path in FOLDER.glob("[!_]*.txt")}

    assert [kind for kind in sorted(kinds - BY_STATE) if f'"{kind}"' not in code] == []
    posted = set(re.findall(r'mail\.post\(\s*tx,\s*"(\w+)"', code))
    assert len(posted) > 10
    assert posted <= kinds


def test_a_mail_is_what_its_template_makes_of_the_facts() -> None:
    """Optional parts leave no gap behind."""
    link = "https://post.test/LU1"
    sent = {"carrier": "Post", "tracking": "LU1", "link": link}
    told = render("order_shipped", {**SHIPPED, **sent})
    end = "See where it is at any time:\n{public_url}/shop/orders/{order_link}\n"

    assert told.subject == "Your order MH-1 is on its way"
    assert (
        told.text
        == "Hello Ada,\n\nAtelier Luxe has sent your order MH-1 with Post.\n\n"
        "Tracking number: LU1\n\n"
        f"Follow it at Post:\n{link}\n\n{end}"
    )
    assert (
        render("order_shipped", SHIPPED).text
        == f"Hello Ada,\n\nAtelier Luxe has sent your order MH-1.\n\n{end}"
    )


def test_nothing_is_escaped_in_plain_text() -> None:
    """A shop called "Salt & Pepper" is called that in its mails."""
    assert (
        "Hello Tom & Anna,"
        in render("order_shipped", {**SHIPPED, "full_name": "Tom & Anna"}).text
    )


def test_a_fact_that_is_missing_is_an_error_not_a_gap() -> None:
    """Better no mail than "Hello ,"."""
    with pytest.raises(UndefinedError):
        render("order_shipped", {"number": "MH-1"})


def test_a_template_without_a_subject_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever writes it notices at once."""
    (tmp_path / "bare.txt").write_text("Hello\n")
    monkeypatch.setattr(rendering, "FOLDER", tmp_path)
    rendering._environment.cache_clear()
    try:
        with pytest.raises(ValueError, match="subject"):
            render("bare", {})
    finally:
        rendering._environment.cache_clear()


def test_an_address_is_that_of_its_route() -> None:
    """What is made as the mail is sent stays as it is; anything else is quoted."""
    app, links, later = Quart("here"), MailLinks(), WhenSent("{sealed:abc}")
    app.add_url_rule("/here/<token>", "here.page")
    links.come_from(lambda: app.url_map.bind("localhost"))

    assert links.url_for("here.page", token=later) == "{public_url}/here/{sealed:abc}"
    assert (
        links.url_for("here.page", token="ü x", of="a b")
        == "{public_url}/here/%C3%BC%20x?of=a+b"
    )
    with pytest.raises(LookupError):
        links.url_for("here.page")
