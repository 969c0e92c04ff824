"""A form as a browser sends it: what stands in its fields on the page."""

from __future__ import annotations

from html.parser import HTMLParser


class _Forms(HTMLParser):
    """Fields of the form that is sent to `action`; of several, the first."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._action, self._is_in, self._was_in = action, False, False
        self._select, self._text = "", ""

    def handle_starttag(
        self,
        tag: str,
        attrs: list[tuple[str, str | None]],
    ) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_in = given.get("action") == self._action and not self._was_in
            self._was_in = self._was_in or self._is_in
        if not self._is_in:
            return
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "input" and given.get("type") in ("checkbox", "radio"):
            if "checked" in given:
                self.fields[name] = value
        elif tag == "input" and given.get("type") != "file":
            self.fields[name] = value
        elif tag == "textarea":
            self._text, self.fields[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and (
            self._select not in self.fields or "selected" in given
        ):
            self.fields[self._select] = value

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_in = False
        elif tag == "textarea" and self._text:
            self.fields[self._text] = self.fields[self._text].strip()
            self._text = ""


def filled(page: str, action: str) -> dict[str, str]:
    """The fields of the form on `page` that is sent to `action`, by name; empty where there is
    none.
    """
    forms = _Forms(action)
    forms.feed(page)
    return forms.fields
