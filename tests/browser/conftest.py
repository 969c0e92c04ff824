"""Browser tests: the real command on free ports, the real stand-in beside it, Chromium in front.

Nothing is faked.

The server is started once through `run.py serve` with a data folder of its own; its log is shown
when a test fails. Fixtures end with this package: while Playwright's own event loop runs in a
process, no asyncio test can.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.looking import WAIT, screen
from tests.browser.shop import Shop, running_shop
from tests.support.ports import free_port

__all__ = ["screen"]  # a fixture
expect.set_options(timeout=WAIT)
ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "markethall-demo"


@dataclass(frozen=True)
class Server:
    """A running marketplace: its address, the stand-in's, and where its log is."""

    url: str
    sandbox: str
    data_dir: Path
    log: Path


def _wait_for(
    url: str,
    process: subprocess.Popen[bytes],
    log: Path,
    seconds: float = 120,
) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(
                f"the server ended with {process.returncode}:\n{log.read_text()}"
            )
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not answer:\n{log.read_text()}")


@contextmanager
def serving(
    folder: Path, *arguments: str, host: str = "127.0.0.1", **environment: str
) -> Iterator[Server]:
    """`run.py` with these arguments, on free ports, until the block ends."""
    log = folder / "log.txt"
    port, sandbox_port = free_port(), free_port()
    ports = (
        "--port",
        str(port),
        "--sandbox-port",
        str(sandbox_port),
        "--data-dir",
        str(folder / "var"),
    )
    keep = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("MARKETHALL_", "STRIPE_"))
    }
    given = {name: value.format(port=port) for name, value in environment.items()}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "run.py", *ports, *arguments],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**keep, **given, "MARKETHALL_NO_BOOTSTRAP": "1"},
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", process, log)
            yield Server(
                f"http://{host}:{port}",
                f"http://127.0.0.1:{sandbox_port}",
                folder / "var",
                log,
            )
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo marketplace, served as a user serves it."""
    with serving(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One headless Chromium for this package."""
    # The shell is the same engine without the windows around it: three fifths of the work.
    found = (
        shutil.which(name)
        for name in ("chromium-headless-shell", "chromium", "google-chrome")
    )
    path = next((path for path in found if path), None)
    if path is None:
        pytest.fail(
            "Chromium is missing; .ci/run installs it, or: apt-get install chromium-headless-shell"
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile whose pages fail the test on any script error or blocked resource."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-GB"
    )
    context.set_default_timeout(WAIT)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page; what its console complains about fails the test at the end."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda e: complaints.append(f"pageerror: {e}"))
    page.on(
        "console",
        lambda m: (
            complaints.append(f"console: {m.text}") if m.type == "error" else None
        ),
    )
    yield page
    # A 4xx page that the test asked for is reported as a failed resource; that is no script's
    # fault.
    serious = [c for c in complaints if "Failed to load resource" not in c]
    assert not serious, serious


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Beside a failure stand what the page said and the end of the server's log."""
    report = yield
    if not report.failed:
        return report
    found: dict[str, Any] = item.funcargs
    if "page" in found:
        with suppress(Exception):  # a page that is gone says nothing
            told = f"{found['page'].url}\n{found['page'].locator('body').inner_text()}"
            report.sections.append(("the page", told))
    if "server" in found:
        lines = found["server"].log.read_text("utf-8", "replace").splitlines()
        report.sections.append(("the server's log", "\n".join(lines[-60:])))
    return report


@pytest.fixture(scope="package")
def shop() -> Iterator[Shop]:
    """A payment page of another origin, with a stand-in of its own behind it."""
    with running_shop() as running:
        yield running
