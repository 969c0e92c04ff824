"""What our own code never does, in the browser and on the server: promises about the text of the
code itself.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = {
    path.name: path.read_text() for path in (ROOT / "static" / "js").glob("*.js")
}
CODE = {
    str(path.relative_to(ROOT)): path.read_text()
    for folder in ("shared", "portal", "storefront")
    for path in (ROOT / folder).rglob("*.py")
    if "sandbox" not in path.parts
}


@pytest.mark.parametrize(
    "words",
    [
        # text is put in as text
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTMLUnsafe|srcdoc",
        r"\beval\(|new Function|setTimeout\([\"'`]",
        r"__proto__|\bprototype\b|\bfor \(.* in ",  # no object is filled by names from outside
        r"document\.cookie|sessionStorage|indexedDB",
        # the light or dark theme, nothing of anybody
        r"localStorage\.(?!(?:get|set)Item\(\"theme\")",
        r"[\"'](?:paste|copy|cut)[\"']|addEventListener\([\"']message",  # pasting a password works
    ],
)
def test_no_script_of_ours_does_that(words: str) -> None:
    """In pages of people's own data."""
    assert len(SCRIPTS) >= 6
    assert [name for name, text in SCRIPTS.items() if re.search(words, text)] == []


def test_no_name_is_declared_by_two_scripts() -> None:
    """They share one scope on a page: the second of them would not run."""
    declared = re.compile(
        r"^(?:const|let|class|(?:async )?function)\s+(\w+)", re.MULTILINE
    )
    names = [name for text in SCRIPTS.values() for name in declared.findall(text)]
    assert len(names) > 30
    assert [name for name in set(names) if names.count(name) > 1] == []


# Whose addresses are settings, of which operations.md has the list: Stripe, the mail server, the
# database, Redis, our own site.
CONNECTS = {
    "shared/infra/gateway/transport.py",
    "shared/infra/mail/service.py",
    "shared/entrypoints/web/limits.py",
    "shared/infra/database/direct.py",
    "shared/infra/database/lifecycle.py",
    "shared/infra/database/postgres.py",
    "shared/entrypoints/cli/benchmarks/ledger.py",
    "shared/entrypoints/cli/doctor.py",
    "shared/entrypoints/cli/front.py",
    "shared/entrypoints/cli/probe.py",
    "shared/entrypoints/cli/stripe_over_http.py",
    "shared/entrypoints/cli/processes.py",
    "shared/entrypoints/cli/stand_in.py",
    "shared/entrypoints/cli/serve.py",
    "shared/entrypoints/cli/serving.py",
    "shared/entrypoints/cli/demo.py",
    "shared/entrypoints/cli/demo_stripe.py",
    "shared/entrypoints/cli/benchmarks/load.py",
    "shared/entrypoints/cli/benchmarks/signed_out.py",
    "shared/entrypoints/cli/benchmarks/sandbox.py",
    "shared/entrypoints/cli/benchmarks/servers.py",
    "shared/entrypoints/cli/benchmarks/settled.py",
    "shared/entrypoints/cli/benchmarks/walk.py",
}
_CLIENT = re.compile(
    r"^\s*(?:import|from) "
    r"(?:aiohttp|asyncpg|ftplib|http\.client|httpx|redis|requests|smtplib|socket|urllib\.request)\b"
    r"|open_connection|AIOHTTPClient|redis_store|Tortoise\.init\(",
    re.MULTILINE,
)


def test_only_these_open_connections() -> None:
    """Nothing that answers a request does: no address that a stranger typed is ever called."""
    assert {path for path, text in CODE.items() if _CLIENT.search(text)} == CONNECTS


def test_no_template_is_made_of_words() -> None:
    """Pages and mails are files that are only filled in."""
    assert [
        path
        for path, text in CODE.items()
        if re.search(r"from_string|render_template_string|\bTemplate\(", text)
    ] == []


def test_lines_of_the_log_go_to_standard_error_alone() -> None:
    """No file, no socket, no service: docs/operations.md lists all that is written."""
    handlers = (
        r"addHandler|basicConfig|dictConfig|FileHandler|SocketHandler|SysLogHandler"
        r"|HTTPHandler|QueueHandler"
    )
    assert [path for path, text in CODE.items() if re.search(handlers, text)] == []
    assert (
        CODE["shared/entrypoints/web/observability.py"].count(
            "StreamHandler(sys.stderr)"
        )
        == 1
    )


# Each is made of what stands in our own tables or files.
PATTERNS = {
    "shared/core/amounts.py",
    "shared/entrypoints/cli/bootstrap.py",
    "shared/infra/database/postgres_tools.py",
    "shared/trade/people/rules.py",
    "shared/trade/vat/numbers.py",
    "storefront/checkout/postal.py",
    "shared/trade/orders/carriers.py",  # of our own table
}
_BUILT = re.compile(
    r"\bre\.(?:compile|fullmatch|match|search|sub|split|findall)\((?!\s*(?:r|rb|b|br)?[\"'])"
)


def test_no_pattern_is_made_of_what_people_type() -> None:
    """Those that are put together at all are known."""
    assert {path for path, text in CODE.items() if _BUILT.search(text)} <= PATTERNS
