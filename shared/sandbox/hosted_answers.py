"""What is typed into a form of hosted onboarding."""

from __future__ import annotations

Typed = dict[str, str]
_LONGEST = 200


def clean(form: Typed) -> Typed:
    """What was typed, without what no field of ours can mean."""
    return {
        name: "".join(c for c in text if c.isprintable()).strip()[:_LONGEST]
        for name, text in form.items()
    }
