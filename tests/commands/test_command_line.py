"""The command line: what is asked for is handed over, what is wrong is a sentence and an exit code,
starting is cheap.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from shared.core.errors import MarketError, SettingsError
from shared.entrypoints.cli import main as command_line
from shared.entrypoints.cli import serve
from shared.entrypoints.cli import settings as reading
from shared.entrypoints.cli.options import CommandFailed, Composition, ServeOptions
from shared.entrypoints.cli.processes import command

ROOT = Path(__file__).resolve().parents[2]


def _never(*_arguments: Any, **_more: Any) -> Any:
    raise AssertionError("nothing of the application is needed here")


def run(*arguments: str) -> int:
    """The exit code."""
    return command_line.main(
        list(arguments),
        Composition(compose=_never, job_handlers=_never, recurring_jobs=_never),
    )


@pytest.mark.parametrize("name", ["", *command_line.ENTRIES])
def test_every_command_tells_how_it_is_used(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asking is no failure; `test --help` is pytest's."""
    if name == "test":
        return
    assert run(*([name] if name else []), "--help") == 0
    assert f"Usage: run.py {name}".rstrip() in capsys.readouterr().out


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    """It is written down apart, so that asking for the list imports none of them."""
    context = click.Context(command_line.cli)
    for name, entry in command_line.ENTRIES.items():
        command = command_line.cli.get_command(context, name)
        assert command is not None
        assert (
            command.name,
            str(command.help).partition("\n\n")[0],
        ) == (name, entry.says)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("sevre", "Is 'serve' meant?"),
        ("--prot 1", "--port"),
        ("serve --port 99999", "--port"),
        ("serve --workers 0", "--workers"),
        ("seed --orders -1", "--orders"),
        ("reconcile --grace soon", "--grace"),
        ("migrate --data-dir run.py", "is a file"),
        ("replay", "EVENT_ID"),
        ("ask-again", "WRITE_ID"),
        ("ask-again 99999999999999999999", "WRITE_ID"),
        ("operator", "EMAIL"),
        ("bench nothing", "There is no benchmark nothing"),
        ("doctor and more", "and"),
    ],
)
def test_wrong_arguments_are_a_sentence(
    arguments: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit code 2, what was wrong, nothing done."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(reading, "load", _never)
    assert run(*arguments.split()) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (CommandFailed("It went wrong."), 1, "It went wrong."),
        (CommandFailed("It cannot be.", 2), 2, "It cannot be."),
        (SettingsError("Something is missing."), 2, "Something is missing."),
        (MarketError("That is taken."), 2, "That is taken."),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_stops_a_command_is_a_sentence_and_a_code(
    raised: BaseException,
    code: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And never a traceback."""

    def stop(**_options: Any) -> Any:
        raise raised

    monkeypatch.setattr(reading, "load", stop)
    assert run("migrate") == code
    assert capsys.readouterr().err.strip() == said


def test_a_web_process_of_several_gets_the_options_of_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the supervisor writes is read back as the same."""
    seen: list[Any] = []
    monkeypatch.setattr(serve, "read_settings", seen.append)
    monkeypatch.setattr(serve, "serve", lambda *_: 0)
    asked = ServeOptions(
        data_dir=tmp_path,
        sandbox_port=1,
        host="::1",
        port=2,
        workers=3,
        no_worker=True,
        no_demo=True,
        listener=None,
    )
    written = command(asked, 7)
    assert run(*written[2:]) == 0
    (read,) = seen
    assert (
        read.listener,
        read.data_dir,
        read.host,
        read.port,
    ) == (7, tmp_path, "::1", 2)
    assert (read.sandbox_port, read.no_worker) == (1, True)


def test_the_command_line_loads_nothing_of_the_application() -> None:
    """What a command needs is imported by that command."""
    heavy = {
        "quart",
        "tortoise",
        "pydantic",
        "stripe",
        "aiohttp",
        "asyncpg",
        "jinja2",
        "wtforms",
    }
    code = (
        f"import sys, run, shared.entrypoints.cli.main; print(sorted({heavy!r} "
        "& set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_a_command_knows_what_a_stored_write_asks_for() -> None:
    """`ask-again` imports no domain itself."""
    stored = {"file_id": 1, "mark": "dispute:1:file:receipt:2"}
    code = (
        "from shared.entrypoints.cli.ask_again import writes; "
        f"print(writes.loaded('files.create', {stored!r}).key)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == stored["mark"]
