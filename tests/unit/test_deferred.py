"""A gateway that is made when Stripe is first asked."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from shared.gateway.deferred import deferred


class Counted:
    """A gateway as far as these tests ask it."""

    made = 0
    closed = 0

    def __init__(self) -> None:
        Counted.made += 1

    async def get_account(self, account_id: str) -> str:
        return f"account {account_id}"

    async def close(self) -> None:
        Counted.closed += 1


@pytest.fixture(autouse=True)
def _anew() -> None:
    Counted.made = Counted.closed = 0


async def test_it_is_made_once_with_the_first_question() -> None:
    """And answers as the real one."""
    made: Any = Counted
    gateway = deferred(made)
    assert Counted.made == 0
    answers: list[Any] = [await gateway.get_account("acct_1"), await gateway.get_account("acct_2")]
    assert answers == ["account acct_1", "account acct_2"]
    await gateway.close()
    assert (Counted.made, Counted.closed) == (1, 1)


async def test_closing_alone_makes_nothing() -> None:
    """A process that never asked Stripe has nothing to close."""
    made: Any = Counted
    await deferred(made).close()
    assert (Counted.made, Counted.closed) == (0, 0)


def test_the_server_starts_without_the_sdk() -> None:
    """Composing the whole application imports neither stripe nor aiohttp: they come with the first question or webhook."""
    code = (
        "import run, sys, asyncio\nfrom pathlib import Path\nfrom shared.settings import load\n"
        "from shared.gateway.deferred import deferred\nimport shared.cli.serve, shared.cli.demo\n"
        "async def go():\n    s = load({}, data_dir=Path(sys.argv[1]), dotenv=Path(sys.argv[1]) / 'none')\n"
        "    run.compose(s, deferred(lambda: None))\n    run.job_handlers()\n"
        "asyncio.run(go())\nprint(sorted({'stripe', 'aiohttp'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "/nowhere"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
