"""The project's own rules, run as tests: style, types, who imports whom, locks, vendored files, no
traces of machines.
"""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("portal", "storefront", "shared", "templates", "static", "tests", "docs")
LOCKS = ROOT / "shared" / "entrypoints" / "cli" / "requirements"


def run(*command: str) -> None:
    """Run a tool of this environment on the project; its output is the failure's message."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def test_ruff_finds_nothing() -> None:
    """Everything is on; what is off has its reason in pyproject.toml."""
    run("ruff", "check", "--no-cache", ".")


def test_everything_is_formatted() -> None:
    """By ruff, line length 120."""
    run("ruff", "format", "--check", "--no-cache", ".")


def test_mypy_strict_finds_nothing() -> None:
    """Types, in tests too."""
    run("mypy")


def test_the_import_rules_hold() -> None:
    """The contracts in pyproject.toml: layers, two sides, the gateway alone knows Stripe."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


# Rules that need more than one file.
PURE = (
    *(
        f"shared.finance.reconciliation.{name}"
        for name in ("findings", "records", "stripe_links", "unexplained")
    ),
    "shared.finance.payments.charge_news",
    "shared.trade.commission.liability",
    "shared.trade.orders.remaining_money",
)
RULES = [
    *sorted(ROOT.glob("shared/**/rules.py")),
    *(ROOT / f"{name.replace('.', '/')}.py" for name in PURE),
]


@pytest.mark.parametrize("path", RULES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_rules_import_only_money_errors_and_the_standard_library(path: Path) -> None:
    """Decisions are pure: no database, no network, no clock. Other rules and errors are as pure."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.module is not None
            at_core = node.module == "shared.core"
            names = (
                [f"{node.module}.{a.name}" for a in node.names]
                if at_core
                else [node.module]
            )
        for name in names:
            pure = name in (
                "shared.core.frozen",
                "shared.core.money",
                "shared.core.amounts",
                "shared.core.locales",
                "shared.core.formats",
                "shared.core.typed",
                "idna",
                *PURE,
            ) or (name.startswith("shared.") and name.endswith((".rules", "errors")))
            assert pure or name.partition(".")[0] in sys.stdlib_module_names, (
                f"{path}: {name}"
            )


def _pins(kind: str) -> dict[str, str]:
    text = (LOCKS / f"{kind}.txt").read_text()
    return dict(re.findall(r"^([\w.-]+)==([^\s\\;]+)", text, re.MULTILINE))


def test_every_dependency_is_locked() -> None:
    """Each direct dependency stands in the lock, and tests run with the versions that are
    served.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    runtime, test = _pins("runtime"), _pins("test")
    names = {re.split(r"[\[=<>!~ ]", d)[0].lower() for d in project["dependencies"]}
    extras = {
        re.split(r"[\[=<>!~ ]", d)[0].lower()
        for d in project["optional-dependencies"]["test"]
    }
    assert names <= set(runtime)
    assert extras <= set(test)
    assert runtime.items() <= test.items()


@pytest.mark.parametrize("kind", ["runtime", "test"])
def test_locks_have_checksums_and_name_no_machine(kind: str) -> None:
    """Every entry has sha256 sums; no registry, no path."""
    text = (LOCKS / f"{kind}.txt").read_text()
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry, entry[:80]
    assert not re.search(r"https?://|/tmp/|/root|index-url", text)


@pytest.mark.parametrize(
    "manifest",
    sorted(ROOT.glob("**/vendor/VENDORED.toml")),
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_vendored_files_are_what_they_say(manifest: Path) -> None:
    """Version, source and checksum of each; no file without an entry."""
    if ".venv" in manifest.parts:
        return
    files = tomllib.loads(manifest.read_text())["file"]
    for file in files:
        assert {"path", "version", "sha256"} <= set(file), file
        assert (
            hashlib.sha256((manifest.parent / file["path"]).read_bytes()).hexdigest()
            == file["sha256"]
        ), file["path"]
    named = {manifest.parent / file["path"] for file in files}
    there = {p for p in manifest.parent.rglob("*") if p.is_file() and p != manifest}
    assert there == named


def _texts() -> list[Path]:
    found = [
        p for p in ROOT.iterdir() if p.is_file() and p.suffix in (".py", ".toml", ".md")
    ]
    for folder in (*OURS, ".ci"):
        found += [
            p
            for p in (ROOT / folder).rglob("*")
            if p.is_file()
            and p.suffix
            in (
                "",
                ".py",
                ".html",
                ".md",
                ".css",
                ".js",
                ".toml",
            )
        ]
    return [
        p for p in found if "vendor" not in p.parts and "__pycache__" not in p.parts
    ]


def test_nothing_is_left_for_later_in_words_only() -> None:
    """No TODO, FIXME or XXX: what is to be done is an issue."""
    word = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    bad = [
        str(p.relative_to(ROOT))
        for p in _texts()
        if p != Path(__file__) and word.search(p.read_text())
    ]
    assert bad == []


def test_no_function_awaits_a_query_inside_a_validator_of_a_form() -> None:
    """`async def validate_x` never runs in WTForms, and the form would count as valid."""
    for path in ROOT.glob("*/**/forms.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (
                isinstance(node, ast.AsyncFunctionDef)
                and node.name.startswith("validate")
            ), path
