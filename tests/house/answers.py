"""What every answer must say of itself, whichever route gave it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared.entrypoints.web.access import PUBLIC, access_of
from tests.support.visitor import Answer

if TYPE_CHECKING:
    from werkzeug.routing import Rule

# Data for machines is no script, as long as nothing in it ends the element.
DATA = r' type="application/ld\+json">[^<]*</script>'
INLINE_SCRIPT = re.compile(rf"<script(?!{DATA})(?![^>]*\bsrc=)")


def check_headers(answer: Answer, rule: str) -> None:
    """The headers of the wall, and no inline script or style."""
    assert answer.status < 500, rule
    for directive in (
        "default-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ):
        assert directive in answer.headers["Content-Security-Policy"], rule
    assert "unsafe" not in answer.headers["Content-Security-Policy"], rule
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Request-Id"]
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers, rule
    if answer.headers["Content-Type"].startswith("text/"):
        assert "charset=utf-8" in answer.headers["Content-Type"], rule
    if "text/html" in answer.headers["Content-Type"]:
        assert "HX-Request" in answer.headers["Vary"], rule
        assert not INLINE_SCRIPT.search(answer.text), rule
        assert not re.search(r"<[^>]+\s(?:style|on[a-z]+)=", answer.text), rule


def check_sign_in(answer: Answer, view: object, rule: Rule) -> None:
    """Signing out is at hand wherever one is signed in; passwords are masked, and managers of
    passwords know which is which.
    """
    if (
        access_of(view) != PUBLIC
        and answer.status == 200
        and "text/html" in answer.headers["Content-Type"]
    ):
        assert re.search(
            r'<form[^>]* action="/(vendor|shop/account)/logout"', answer.text
        ), rule.rule
    for field in re.findall(r"<input[^>]*>", answer.text):
        is_secret = re.search(r'name="(\w*password\w*|present\w*|new)"', field)
        assert bool(is_secret) == ('type="password"' in field), (rule.rule, field)
        if is_secret:
            assert re.search(r'autocomplete="(current|new)-password"', field), (
                rule.rule,
                field,
            )


def check_cache(answer: Answer, view: object, rule: Rule) -> None:
    """No shared cache keeps it, and what is one person's is kept nowhere."""
    kept = {word.strip() for word in answer.headers["Cache-Control"].split(",")}
    assert kept & {"private", "no-store"}, rule.rule
    assert not any(word.startswith(("public", "s-maxage")) for word in kept), rule.rule
    is_one_persons = access_of(view) != PUBLIC or "token" in rule.arguments
    tells_of_somebody = any(
        words in answer.text
        for words in ("Ada Lovelace", "customer@x.test", "olive@shop.test")
    )
    if tells_of_somebody or is_one_persons or "json" in answer.headers["Content-Type"]:
        assert "no-store" in kept, rule.rule
