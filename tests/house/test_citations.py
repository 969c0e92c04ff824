"""What is cited stands in this repository: facts about Stripe, and documents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tests.house.measure import HERE, Checkout

FACTS = (HERE / "docs" / "stripe-facts.md").read_text()
SOURCES = (
    "SDK",
    "RUN",
    "SPEC",
    "JS",
    "DOC",
    "CHG",
    "CLI",
    "PAR",
    "OBS",
    "3P",
    "MEM",
    "ours",
)
CITED = re.compile(r"stripe-facts\s+(\d+(?:\.\d+)?(?:(?:, | and | to )\d+(?:\.\d+)?)*)")
DOCUMENT = re.compile(r"[\w/.-]*\w\.md\b")
WRITTEN = (".py", ".html", ".md", ".toml", ".js", ".txt", ".css")


def _texts() -> Iterator[tuple[str, str]]:
    """Yield path and text of all that people write here; migrations and vendored files stay as they
    are.
    """
    house = Checkout(HERE)
    for path in house.files:
        if path.endswith(WRITTEN) and "/migrations/" not in path:
            yield path, house.text(path)


def test_every_fact_cited_exists() -> None:
    """Sections and facts, wherever they are named."""
    known = {
        *re.findall(r"^## (\d+)\.", FACTS, re.MULTILINE),
        *re.findall(r"^- \*\*([\d.]+)\*\*", FACTS, re.MULTILINE),
    }
    wrong = [
        (path, number)
        for path, text in _texts()
        for numbers in CITED.findall(text)
        for number in re.findall(r"\d+(?:\.\d+)?", numbers)
        if number not in known
    ]
    assert wrong == []


def test_every_fact_has_one_number_and_a_source() -> None:
    """The number begins with that of its section, the source stands at the end in brackets."""
    numbers: Counter[str] = Counter()
    wrong = []
    for section, body in re.findall(
        r"^## (\d+)\.[^\n]*\n(.*?)(?=^## |\Z)", FACTS, re.MULTILINE | re.DOTALL
    ):
        for number, fact in re.findall(
            r"^- \*\*([\d.]+)\*\* (.*?)(?=^- |^\n|\Z)", body, re.MULTILINE | re.DOTALL
        ):
            numbers[number] += 1
            source = re.search(r"\[([^\]]+)\]\s*\Z", fact)
            told = source is not None and (
                "follows from" in source[1]
                or any(each in source[1] for each in SOURCES)
            )
            if not number.startswith(f"{section}.") or not told:
                wrong.append(number)
    assert wrong == []
    assert len(numbers) > 100
    assert max(numbers.values()) == 1


def test_no_citation_leads_outside() -> None:
    """Each document that is named is a file of this repository."""
    files = {
        path.rpartition("/")[2] for path in Checkout(HERE).files if path.endswith(".md")
    }
    wrong = [
        (path, name)
        for path, text in _texts()
        for name in DOCUMENT.findall(re.sub(r"https?://\S+", "", text))
        if name.rpartition("/")[2] not in files
    ]
    assert wrong == []


def test_nothing_is_told_by_a_number_that_nobody_can_look_up() -> None:
    """What was wrong in an older program, or stood in a list elsewhere, is said outright."""
    numbered = re.compile(
        r"\bdefects?[ _]\d|\bof (?:the|our) (?:seed|notes)\b", re.IGNORECASE
    )
    here = __file__.rpartition("/")[2]
    wrong = [
        (path, found[0])
        for path, text in _texts()
        if path.rpartition("/")[2] != here and (found := numbered.search(text))
    ]
    assert wrong == []


def test_every_module_that_a_document_names_exists() -> None:
    """By its file's name, with as much of the path before it as is told."""
    files = [f"/{path}" for path in Checkout(HERE).files if path.endswith(".py")]
    wrong = [
        (path, name)
        for path, text in _texts()
        if path.endswith(".md")
        for name in re.findall(r"(?<![\w*/.])[\w/.-]*\w\.py\b", text)
        if not any(file.endswith(f"/{name}") for file in files)
    ]
    assert wrong == []


def test_every_function_that_a_document_names_exists() -> None:
    """`file.py::name` is a function, class or value of that file."""
    house = Checkout(HERE)
    modules = [path for path in house.files if path.endswith(".py")]
    wrong = []
    for path, text in _texts():
        for file, name in re.findall(
            r"([\w/.-]*\w\.py)::(\w+)", text if path.endswith(".md") else ""
        ):
            known = rf"^\s*(?:async )?(?:def|class) {name}\b|^{name}\b.*="
            named = [each for each in modules if f"/{each}".endswith(f"/{file}")]
            if not any(
                re.search(known, house.text(each), re.MULTILINE) for each in named
            ):
                wrong.append((path, file, name))
    assert wrong == []
