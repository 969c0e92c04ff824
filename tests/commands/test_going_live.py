"""Going live as the README says, word by word: its endpoints, its settings, its commands, against
the stand-in in production mode.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.core import clock
from shared.core.settings import load
from shared.entrypoints.cli.opened import opened
from shared.finance.connect import service as connect
from shared.infra.gateway.accounts import AccountDetails
from shared.trade.people.models import Member
from shared.trade.vendors import service as vendors
from tests.support.front import Front, MailServer, certificate
from tests.support.ports import free_port
from tests.support.started import KEPT_OUT, ROOT, environment

pytestmark = pytest.mark.one_engine

README = (ROOT / "README.md").read_text()
GOING_LIVE = README[
    README.index("## Going live") : README.index("## How the code is laid out")
]
KEY = "sk_test_going_live"


class Walk:
    """A clone of the project on a machine of its own: a proxy with TLS in front, a mail server,
    Stripe's stand-in.
    """

    def __init__(self, folder: Path, pem: Path, stripe: str, site_port: int) -> None:
        self.root = folder / "clone"
        shutil.copytree(ROOT, self.root, ignore=KEPT_OUT)
        self.stripe, self.site_port, self.folder = stripe, site_port, folder
        # Where Stripe is, and whom to trust: all that differs from the README.
        self.environ = environment(
            STRIPE_API_BASE=stripe,
            STRIPE_JS_URL=f"{stripe}/js/stripe.js",
            SSL_CERT_FILE=str(pem),
        )

    def command(
        self, *arguments: str, told: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """`python3 run.py <arguments>`."""
        port = (
            ("--port", str(self.site_port))
            if arguments[0] in ("serve", "doctor")
            else ()
        )
        return subprocess.run(
            [sys.executable, "run.py", *arguments, *port],
            cwd=self.root,
            env=self.environ,
            input=told,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )

    @contextmanager
    def serving(self) -> Iterator[None]:
        """`python3 run.py`."""
        log = self.folder / "serve.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "run.py", "--port", str(self.site_port)],
                cwd=self.root,
                env=self.environ,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        try:
            _wait_for(f"http://127.0.0.1:{self.site_port}/healthz", process, log)
            yield
        finally:
            process.terminate()
            process.wait(30)
        assert "Traceback" not in log.read_text()

    def ask_stripe(self, path: str, form: list[tuple[str, str]]) -> Any:
        """What a person does in Stripe's dashboard."""
        data = urllib.parse.urlencode(form).encode()
        headers = {
            "Authorization": f"Bearer {KEY}",
            "Stripe-Version": "2026-10-28.endive",
        }
        with urllib.request.urlopen(
            urllib.request.Request(self.stripe + path, data, headers), timeout=30
        ) as answer:
            return json.load(answer)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=10).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"no answer at {url}\n{log.read_text()}")


@contextmanager
def stand_in(folder: Path, pem: Path) -> Iterator[str]:
    """Stripe, which trusts our certificate."""
    port, log = free_port(), folder / "stand-in.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "shared.sandbox",
                "--port",
                str(port),
                "--secret-key",
                KEY,
            ],
            cwd=ROOT,
            env=environment(SSL_CERT_FILE=str(pem)),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_control/state", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def register_endpoints(walk: Walk, address: str) -> dict[str, str]:
    """The README's table, row by row: the signing secret of each endpoint, by its scope."""
    secrets = {}
    for url, scope, events in re.findall(
        r"- `(https://[^`]+)`, .*\((\w+)\):\n((?: +`.*\n)+)", GOING_LIVE
    ):
        form = [
            ("url", url.replace("<your address>", address)),
            ("api_version", "2026-10-28.endive"),
        ]
        form += [
            ("enabled_events[]", event) for event in re.findall(r"`([^`]+)`", events)
        ]
        form += [("connect", "true")] if scope == "connect" else []
        secrets[scope] = walk.ask_stripe("/v1/webhook_endpoints", form)["secret"]
    return secrets


def write_settings(walk: Walk, values: dict[str, str]) -> None:
    """The README's block of settings into `.env`, comments and all, with the values that only we
    can know.
    """
    block = re.search(r"((?: {7}\w+=.*\n)+)", GOING_LIVE)
    assert block is not None
    lines = []
    for line in block[1].splitlines():
        name, _, given = line.strip().partition("=")
        comment = re.search(r"\s+#.*$", given)
        lines.append(
            f"{name}={values.get(name, given)}{comment[0] if comment and name in values else ''}"
        )
    assert sum("#" in line for line in lines) == 2
    (walk.root / ".env").write_text("\n".join(lines) + "\n")


async def connect_a_vendor(walk: Walk) -> str:
    """A vendor of this installation connects its Stripe account; its id."""
    environ = {
        name: walk.environ[name] for name in ("STRIPE_API_BASE", "STRIPE_JS_URL")
    }
    settings = load(environ, data_dir=walk.root / "var", dotenv=walk.root / ".env")
    async with opened(settings) as tools:
        signed = await vendors.sign_up(
            email="o@shop.test",
            password="a-long-password",
            full_name="O",
            business_name="Shop",
            country="LU",
        )
        await Member.filter(vendor_id=signed.vendor_id).update(
            email_confirmed_at=clock.now()
        )
        details = AccountDetails(
            country="LU",
            business_type="company",
            business_name="Shop",
            email="o@shop.test",
        )
        return await connect.setup_payments(
            tools.gateway, vendor_id=signed.vendor_id, details=details, actor="test"
        )


def test_going_live_as_the_readme_says(tmp_path: Path) -> None:
    """Every line of it: the doctor is content, both events arrive through the proxy, the operator
    gets a mail.
    """
    pem, site_port = certificate(tmp_path), free_port()
    with (
        stand_in(tmp_path, pem) as stripe,
        Front(pem, site_port) as front,
        MailServer(pem) as post,
    ):
        walk = Walk(tmp_path, pem, stripe, site_port)
        secrets = register_endpoints(walk, f"localhost:{front.port}")
        write_settings(
            walk,
            {
                "MARKETHALL_SECRET_KEY": os.urandom(24).hex(),
                "MARKETHALL_PUBLIC_URL": f"https://localhost:{front.port}",
                "MARKETHALL_SMTP_URL": f"smtps://user:password@localhost:{post.port}",
                "STRIPE_SECRET_KEY": KEY,
                "STRIPE_PUBLISHABLE_KEY": KEY.replace("sk_", "pk_"),
                "STRIPE_WEBHOOK_SECRET": secrets["platform"],
                "STRIPE_CONNECT_WEBHOOK_SECRET": secrets["connect"],
            },
        )
        first = walk.command("doctor")
        assert (first.returncode, "Everything is in order." in first.stdout) == (
            0,
            True,
        ), first.stdout + first.stderr
        made = walk.command(
            "operator", "you@example.com", told="rather-a-long-one-4711\n"
        )
        assert made.returncode == 0, made.stderr
        account = asyncio.run(connect_a_vendor(walk))
        with walk.serving():
            proved = walk.command("doctor", "--probe")
            assert proved.returncode == 0, proved.stdout + proved.stderr
            assert "through 1 trusted proxy" in proved.stdout
            assert "your own account works: setup_intent.canceled" in proved.stdout
            assert (
                f"connected accounts works: account.updated of account {account}"
                in proved.stdout
            )
            assert "A test mail to you@example.com went out." in proved.stdout
        assert set(post.letters.users) == {"user"}
        assert any(
            "To: you@example.com" in text and "A test mail" in text
            for text in post.letters.texts
        )
