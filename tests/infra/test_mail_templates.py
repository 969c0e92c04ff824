"""Mails as templates: what every one of them must be, and what the renderer refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from quart import Quart

from shared.infra.mail import rendering
from shared.infra.mail.links import MailLinks, WhenSent
from shared.infra.mail.rendering import FOLDER, render

SHIPPED = {"number": "MH-1", "full_name": "Ada", "carrier": "", "tracking": ""}


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_every_mail_begins_with_its_subject(path: Path) -> None:
    """A line of its own, then an empty one, then the text."""
    head, empty, *text = path.read_text().splitlines()

    assert path.suffix == ".txt"
    assert head.startswith("Subject: ")
    assert not empty
    assert any(text)


def test_a_mail_is_what_its_template_makes_of_the_facts() -> None:
    """Optional parts leave no gap behind."""
    subject, text = render("order_shipped", {**SHIPPED, "carrier": "Post", "tracking": "LU1"})

    assert subject == "Your order MH-1 is on its way"
    assert text == "Hello Ada,\n\nyour order MH-1 was sent with Post.\n\nTracking number: LU1\n"
    assert render("order_shipped", SHIPPED)[1] == "Hello Ada,\n\nyour order MH-1 was sent.\n"


def test_nothing_is_escaped_in_plain_text() -> None:
    """A shop called "Salt & Pepper" is called that in its mails."""
    assert "Hello Tom & Anna," in render("order_shipped", {**SHIPPED, "full_name": "Tom & Anna"})[1]


def test_a_fact_that_is_missing_is_an_error_not_a_gap() -> None:
    """Better no mail than "Hello ,"."""
    with pytest.raises(UndefinedError):
        render("order_shipped", {"number": "MH-1"})


def test_a_template_without_a_subject_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever writes it notices at once."""
    (tmp_path / "bare.txt").write_text("Hello\n")
    monkeypatch.setattr(rendering, "FOLDER", tmp_path)
    rendering._templates.cache_clear()
    try:
        with pytest.raises(ValueError, match="subject"):
            render("bare", {})
    finally:
        rendering._templates.cache_clear()


def test_an_address_is_that_of_its_route() -> None:
    """What is made as the mail is sent stays as it is; anything else is quoted."""
    app, links, later = Quart("here"), MailLinks(), WhenSent("{sealed:abc}")
    app.add_url_rule("/here/<token>", "here.page")
    links.come_from(lambda: app.url_map.bind("localhost"))

    assert links.url_for("here.page", token=later) == "{public_url}/here/{sealed:abc}"
    assert links.url_for("here.page", token="ü x", of="a b") == "{public_url}/here/%C3%BC%20x?of=a+b"
    with pytest.raises(LookupError):
        links.url_for("here.page")
