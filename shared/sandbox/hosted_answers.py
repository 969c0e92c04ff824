"""What is typed into a form of hosted onboarding."""

from __future__ import annotations

Typed = dict[str, str]
_LONGEST = 200


def clean(form: Typed) -> Typed:
    """What was typed, without what no field of ours can mean."""
    return {name: _plain(text)[:_LONGEST] for name, text in form.items()}


def _plain(text: str) -> str:
    return "".join(filter(str.isprintable, text)).strip()


def given(typed: Typed, *names: str) -> Typed:
    """Of these fields, those that something was typed into."""
    return {name: typed[name] for name in names if typed.get(name)}
