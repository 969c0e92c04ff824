"""The documentation names what the code has: commands, settings, addresses, webhook events."""

from __future__ import annotations

import re
from pathlib import Path

import click

import run
from shared.core import environment
from shared.entrypoints.cli.main import ENTRIES, cli
from shared.entrypoints.web import bodies, security
from shared.finance.inbox.handlers import handlers
from shared.infra.gateway.gateway import Gateway
from tests.support.app import settings_for

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
README = (ROOT / "README.md").read_text()


def test_every_command_and_option_is_documented() -> None:
    """docs/operations.md lists exactly the commands that run.py has, with their options."""
    told = dict(
        re.findall(
            r"^- `([a-z-]+)[^`]*`(.*(?:\n  .*)*)", _section("Commands"), re.MULTILINE
        )
    )
    assert set(told) == set(ENTRIES)
    in_common = {"--data-dir", "--sandbox-port", "--host", "--port"}
    for name, command in _commands().items():
        options = [
            each
            for each in command.params
            if isinstance(each, click.Option) and not each.hidden
        ]
        missing = (
            {option for each in options for option in each.opts}
            - in_common
            - set(re.findall(r"--[a-z-]+", told[name]))
        )
        assert not missing, (name, missing)


def test_every_command_and_option_says_what_it_does() -> None:
    """`--help` of each command: a sentence, and one for each option."""
    for name, command in _commands().items():
        assert command.help, name
        for option in command.params:
            assert (
                not isinstance(option, click.Option) or option.hidden or option.help
            ), (
                name,
                option.name,
            )


def test_every_setting_is_documented() -> None:
    """The list of settings has exactly those that are read."""
    documented = set(
        re.findall(r"^- `((?:MARKETHALL|STRIPE)_[A-Z_]+)`", OPERATIONS, re.MULTILINE)
    )
    assert documented == {*environment.names(), environment.OUTSIDE}
    elsewhere = r"environ\S*[\"'](?:MARKETHALL|STRIPE)_"
    for path in (ROOT / "shared").rglob("*.py"):
        if path.name != "bootstrap.py":
            assert not re.search(elsewhere, path.read_text()), (
                f"{path} reads a setting past shared/core/environment.py"
            )


async def test_every_address_is_documented(tmp_path: Path) -> None:
    """Each route's address, methods and who may use it stand in docs/operations.md, and no
    other.
    """
    settings = settings_for(database_url="sqlite://:memory:", data_dir=tmp_path)
    app = run.compose(settings, Gateway(settings.stripe))
    words = {"public": "everyone", "vendor_token": "vendor token"}
    served: dict[str, tuple[set[str], str]] = {}
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule.rule)
        access = str(getattr(app.view_functions[rule.endpoint], "market_access", ""))
        methods = served.get(path, (set(), ""))[0] | set(rule.methods or ()) - {
            "HEAD",
            "OPTIONS",
        }
        served[path] = (methods, words.get(access, access))
    rows = re.findall(
        r"^\| `(/[^`]*)` \| ([A-Z ]+) \| ([a-z ]+) \|",
        _section("Addresses"),
        re.MULTILINE,
    )
    assert {path: (set(methods.split()), who) for path, methods, who in rows} == served


def test_the_webhook_events_of_the_readme_are_those_we_handle() -> None:
    """What to enable at each endpoint."""
    going_live = README[README.index("## Going live") :]
    for source, handled in handlers().items():
        told = re.search(
            rf"^   - .*\({source}\):\n((?:     `.*\n)+)", going_live, re.MULTILINE
        )
        assert told is not None
        assert set(re.findall(r"`([a-z_]+\.[a-z_.]+)`", told[1])) == set(handled)


def test_the_sizes_that_the_wall_lets_through_are_documented() -> None:
    """What docs/security.md says is what is enforced, to the byte."""
    text = " ".join((ROOT / "docs" / "security.md").read_text().split())
    kib, mib = 1024, 1024 * 1024
    assert (
        f"{bodies.BODY_LIMIT / kib:g} KiB per body, {bodies.MAX_BODY / mib:g} MiB for webhooks,"
        f" {security.MAX_ADDRESS / kib:g} KiB per address"
    ) in text
    assert (
        f"{bodies.MAX_UPLOAD / mib:g} MiB and {bodies.UPLOAD_TIMEOUT} s at the answer to a dispute"
        in text
    )


def test_links_between_the_pages_lead_somewhere() -> None:
    """Relative links of the README and of docs/."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def _commands() -> dict[str, click.Command]:
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in ENTRIES}
    return {name: command for name, command in found.items() if command is not None}


def _section(title: str) -> str:
    start = OPERATIONS.index(f"## {title}")
    end = OPERATIONS.find("\n## ", start + 4)
    return OPERATIONS[start : end if end > 0 else None]


def test_every_test_that_the_asvs_table_names_exists() -> None:
    """docs/asvs.md: each file, class and function, and as many rows met as it says."""
    table = (ROOT / "docs" / "asvs.md").read_text()
    named = set(re.findall(r"`(\w+/test_\w+\.py)(?:::(\w+))?(?:::(\w+))?`", table))
    assert len(named) > 50
    for path, *names in sorted(named):
        code = (ROOT / "tests" / path).read_text()
        assert not [
            n
            for n in names
            if n
            and not re.search(
                rf"^\s*(?:class|(?:async )?def) {n}\b", code, re.MULTILINE
            )
        ]
    rows = re.findall(r"^- \*\*\d+\.\d+\.\d+\*\*.*(?:\n  .*)*", table, re.MULTILINE)
    lacking = sum("**Not met**" in row for row in rows)
    for page in (table, (ROOT / "docs" / "security.md").read_text()):
        told = re.search(r"Met: (\d+)\. Not met: (\d+)\.", page)
        assert told is not None
        assert (
            int(told[1]),
            int(told[2]),
        ) == (len(rows) - lacking, lacking)
