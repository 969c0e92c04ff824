"""Stripe's package for Node on the same stand-in: a second SDK, written apart from the first,
agrees with it.

The package is needed by this test alone. It is installed from the lock beside the journey into a
folder of temporary files, once for each lock, and never into the repository.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "node"
LOCK = HERE / "package-lock.json"


def installed() -> Path:
    """The folder `node_modules` with what the lock names; made when it is not there."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    target = Path(tempfile.gettempdir()) / f"markethall-node-{os.getuid()}-{digest}"
    if not target.is_dir():
        fresh = Path(tempfile.mkdtemp(prefix="markethall-node-"))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, fresh)
        npm = shutil.which("npm")
        assert npm, "npm is needed; .ci/run installs it"
        done = subprocess.run(
            [
                npm,
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ],
            cwd=fresh,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        try:
            fresh.rename(target)
        except OSError:  # another worker was faster
            shutil.rmtree(fresh)
    return target / "node_modules"


@pytest.mark.timeout(300)
async def test_the_package_for_node_goes_the_whole_way(platform, tmp_path):
    (tmp_path / "node_modules").symlink_to(await asyncio.to_thread(installed))
    shutil.copy(HERE / "journey.mjs", tmp_path)
    walk = [
        "node",
        str(tmp_path / "journey.mjs"),
        platform.sandbox.base_url,
        platform.key,
    ]
    # The link is kept as the way there: the package is looked for beside the journey.
    walk.insert(1, "--preserve-symlinks")

    done = await asyncio.to_thread(
        subprocess.run, walk, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen == {
        "api_version": "2026-10-28.endive",
        "account": ["account", "none", False],
        "link": ["account_link", True],
        "ready": [True, True, "active"],
        "paid": ["succeeded", True, "42"],
        "replayed": [True, "true"],
        "nets": [941, 877],
        "pending": [["usd", 877]],
        "declined": [True, 402, "card_declined", "generic_decline"],
        "declined_intent": "requires_payment_method",
        "missing": [True, 404, "resource_missing"],
        "refund": ["refund", "succeeded", 400, True],
        "names": [f"Customer {n}" for n in (4, 3, 2, 1, 0)],
        "events": [
            ["payment_intent.succeeded", "2026-10-28.endive", True],
            ["charge.refunded", "2026-10-28.endive", True],
        ],
        "forged": True,
    }


def test_the_lock_names_no_registry_and_its_checksum():
    packages = json.loads(LOCK.read_text())["packages"]
    assert "http" not in LOCK.read_text()
    assert (
        packages["node_modules/stripe"]["version"]
        == json.loads((HERE / "package.json").read_text())["devDependencies"]["stripe"]
    )
    assert all(
        entry["integrity"].startswith("sha512-")
        for name, entry in packages.items()
        if name
    )
