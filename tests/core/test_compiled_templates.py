"""Templates that stay compiled: never older than their text, never in the way."""

from __future__ import annotations

import sys
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, FileSystemLoader, nodes

from shared.core.compiled_templates import CompiledTemplates, QuickEnvironment
from shared.entrypoints.web import pages

FOLDER = "__pycache__"


class Counting(Environment):
    """An environment that counts what it compiles."""

    compiled = 0

    def _compile(self, source: str, filename: str) -> CodeType:
        self.compiled += 1
        return super()._compile(source, filename)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one template, where Python keeps what it compiles beside the source."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    (tmp_path / "page.html").write_text("Hello {{ name }}")
    return tmp_path


def started(folder: Path, kind: str = "page", **options: Any) -> Counting:
    """The environment of a process that has just begun."""
    kept = CompiledTemplates(folder, kind)
    return Counting(loader=FileSystemLoader(folder), bytecode_cache=kept, **options)


def told(environment: Environment) -> str:
    """What the template says."""
    return environment.get_template("page.html").render(name="Ada")


def test_a_template_is_compiled_once_for_all_starts(folder: Path) -> None:
    """Until its text is another."""
    first, second, third = started(folder), started(folder), started(folder)
    assert (told(first), first.compiled) == ("Hello Ada", 1)
    assert (told(second), second.compiled) == ("Hello Ada", 0)
    (folder / "page.html").write_text("Servus {{ name }}")
    assert (told(third), third.compiled) == ("Servus Ada", 1)


def test_what_was_compiled_in_another_way_does_not_count(folder: Path) -> None:
    """Where templates are escaped, what was compiled without that would be a hole."""
    told(started(folder))
    ways: list[dict[str, Any]] = [
        {"autoescape": True},
        {"trim_blocks": True},
        {"enable_async": True},
    ]
    for way in ways:
        environment = started(folder, **way)
        environment.get_template("page.html")
        assert environment.compiled == 1, way


@pytest.mark.parametrize("left", [b"", b"j2", b"x" * 500])
def test_what_is_damaged_is_compiled_again(folder: Path, left: bytes) -> None:
    """A full disk or a power cut leaves half a file."""
    told(started(folder))
    (kept,) = (folder / FOLDER).iterdir()
    whole = kept.read_bytes()
    for damaged in (left, whole[:-20], whole[: len(whole) // 3]):
        kept.write_bytes(damaged)
        environment = started(folder)
        assert (told(environment), environment.compiled) == ("Hello Ada", 1)


def test_a_folder_that_takes_nothing_is_no_reason_to_fail(folder: Path) -> None:
    """As where the code belongs to somebody else."""
    (folder / FOLDER).write_text("a file stands in the way")
    environment = started(folder)
    assert (told(environment), environment.compiled) == ("Hello Ada", 1)


def test_nothing_is_written_where_python_is_to_write_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PYTHONDONTWRITEBYTECODE, and PYTHONPYCACHEPREFIX for another place."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert told(started(folder)) == "Hello Ada"
    assert not (folder / FOLDER).exists()
    elsewhere = folder / "elsewhere"
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(elsewhere))
    assert told(started(folder)) == "Hello Ada"
    assert not (folder / FOLDER).exists()
    assert list(elsewhere.rglob("page-*"))


def test_no_template_has_a_filter_of_ours_worked_out_while_it_is_compiled() -> None:
    """As Jinja does with what stays the same: it would be kept when the filter has changed, and
    in the language of whoever was first.
    """
    environment = Environment(extensions=["jinja2.ext.i18n"])
    known = set(environment.filters)
    found = [
        f"{path.name}:{each.lineno} {each.name}"
        for path in pages.TEMPLATES.rglob("*.*")
        if path.suffix in (".html", ".txt")
        for each in environment.parse(path.read_text()).find_all(nodes.Filter)
        if each.name not in known and isinstance(each.node, nodes.Literal)
    ]
    assert found == []


def test_a_template_has_the_names_of_its_environment_and_keeps_its_own() -> None:
    """Those that come when it is there already, too; one that was given to it alone is no other
    template's.
    """
    said = {"one": "{{ who }} {{ what }}", "two": "{{ who is defined }} {{ what }}"}
    for kind in (Environment, QuickEnvironment):
        env = kit_of(kind, said)
        own = env.get_template("one", globals={"who": "Ada"})
        other = env.get_template("two")
        env.globals["what"] = "added"
        assert own.render() == "Ada added"
        assert other.render() == "False added"
        assert "who" not in env.globals
        assert env.get_template("three").render() == "added True"


def kit_of(kind: type[Environment], said: dict[str, str]) -> Environment:
    """An environment of this kind, with these templates and one that imports."""
    imports = "{% from 'four' import told with context %}{{ told() }}"
    plain = "{% macro told() %}{{ what }} {{ mine is not defined }}{% endmacro %}"
    return kind(loader=DictLoader({**said, "three": imports, "four": plain}))
