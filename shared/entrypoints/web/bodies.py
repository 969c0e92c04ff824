"""What arrives with a request: how much of it, in how many fields and headers, and whether all of
it is here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from quart import Request, Response, request
from quart.formparser import FormDataParser, ParserFunc
from quart.wrappers.request import Body
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

BODY_LIMIT = 256 * 1024
MAX_BODY = 1024 * 1024  # webhooks
# Forms with documents: more than a bank takes, so that what is too large is said in the form.
MAX_UPLOAD = 12 * 1024 * 1024
UPLOAD_TIMEOUT = 120  # seconds; documents come from phones, too
PLAIN_FORM = "application/x-www-form-urlencoded"
_ASKING = ("GET", "HEAD")
MAX_FIELDS = 1000
MAX_PARTS = 100
MAX_HEADERS = 100
MAX_HEADER_BYTES = 16 * 1024
LINGER = 2.0  # seconds that a refused request has for the rest of its body

_PER_HEADER = len(": \r\n")


class _Arriving(Body):
    """A body that can be waited for without being read: what is refused early is still taken off
    the connection.
    """

    def __init__(
        self, expected_content_length: int | None, max_content_length: int | None
    ) -> None:
        super().__init__(expected_content_length, max_content_length)
        self._ended = asyncio.Event()

    @property
    def is_here(self) -> bool:
        """Whether all of it has come."""
        return self._ended.is_set()

    async def arrives(self, within: float) -> bool:
        """Whether all of it has come by then.

        Of what is larger than its cap the rest is thrown away.
        """
        if self.is_here:
            return True
        try:
            await asyncio.wait_for(self._ended.wait(), within)
        except TimeoutError:
            return False
        return True

    def append(self, data: bytes) -> None:
        """As Quart does, which also calls what is over the cap complete."""
        super().append(data)
        if self._must_raise is not None:
            self._data.clear()
            self._ended.clear()

    def set_complete(self) -> None:
        super().set_complete()
        self._ended.set()


class _Counting(FormDataParser):
    """Counts a form's fields before it makes anything of them."""

    def get_parse_func(
        self,
        mimetype: str,
        options: dict[str, str],
    ) -> ParserFunc | None:
        found = super().get_parse_func(mimetype, options)
        return _counted if found is FormDataParser._parse_urlencoded else found


async def _counted(
    parser: FormDataParser,
    body: Body,
    mimetype: str,
    content_length: int | None,
    options: dict[str, str],
) -> tuple[MultiDict[str, Any], MultiDict[str, Any]]:
    if (await body).count(b"&") >= MAX_FIELDS:
        raise RequestEntityTooLarge
    return await parser._parse_urlencoded(body, mimetype, content_length, options)


class _Capped(Request):
    """A request whose body is capped by its route."""

    limit_at: Callable[[str, str], int]  # of a method and a path
    body_class = _Arriving
    form_data_parser_class = _Counting

    def __init__(
        self,
        method: str,
        scheme: str,
        path: str,
        query_string: bytes,
        headers: Headers,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        # Files come in parts; other forms, most of what is sent, need not look for their route.
        is_plain = headers.get("Content-Type") == PLAIN_FORM
        limit = MAX_BODY if is_plain else self.limit_at(method, path)
        if limit > MAX_BODY:
            kwargs |= {"max_content_length": limit, "body_timeout": UPLOAD_TIMEOUT}
        super().__init__(method, scheme, path, query_string, headers, *args, **kwargs)
        if limit > MAX_BODY:
            self.max_content_length = limit

    async def get_data(self, *args: Any, **kwargs: Any) -> Any:
        self._wait_no_longer()
        return await super().get_data(*args, **kwargs)

    async def _load_form_data(self) -> None:
        """What asks for a page brings no form; nothing is waited for that is here."""
        if self._form is None and self.method in _ASKING:
            kind: Any = self.parameter_storage_class
            self._form, self._files = kind(), kind()
            return
        self._wait_no_longer()
        await super()._load_form_data()

    def _wait_no_longer(self) -> None:
        """Each wait with an end is a task of its own in Python 3.11."""
        if cast("_Arriving", self.body).is_here:
            self.body_timeout = None


def capped_requests(limit_at: Callable[[str, str], int]) -> type[Request]:
    """Requests whose bodies are capped by `limit_at(method, path)`: the server reads before any
    view is asked.
    """
    return type("MarketRequest", (_Capped,), {"limit_at": staticmethod(limit_at)})


def has_too_many_headers() -> bool:
    """Whether this request brings more headers, or longer ones, than any browser of ours does."""
    headers = request.headers
    size = sum(len(name) + len(value) + _PER_HEADER for name, value in headers)
    # Quart adds one, the caller's address.
    return len(headers) > MAX_HEADERS + 1 or size > MAX_HEADER_BYTES


def has_too_many_arguments() -> bool:
    """Whether the address names more arguments than a form may have fields."""
    return bytes(request.query_string).count(b"&") >= MAX_FIELDS


async def finish(response: Response) -> Response:
    """After each request: an answer that went out before all of the body was in either waits for
    the rest, or says that it closes.

    Closing with bytes unread makes the network stack reset the connection, and the answer may be
    lost with it.
    """
    headers = request.headers
    has_body = "Transfer-Encoding" in headers or (request.content_length or 0) > 0
    if has_body and not await cast("_Arriving", request.body).arrives(LINGER):
        response.headers["Connection"] = "close"
    return response
