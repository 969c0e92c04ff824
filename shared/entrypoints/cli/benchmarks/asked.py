"""The application in a process of its own, asked as the server would ask it: for `bench`.

Run as a script from the folder of the build that is measured, which may be an older one:
`python asked.py STRIPE_PORT FOLDER`. Then a line on its input is a task, and a line of JSON
its answer: `sign-in ADDRESS EMAIL PASSWORD`; `link PATH START`, the first address on a page that
begins so and goes on; `ask PATH TIMES`, the milliseconds of processor time of each request, with a
third word those of htmx for that part of a page; `kinds`, the recurring jobs; `run KIND TIMES
ARGUMENTS`, what each run of a job took.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from importlib import import_module
from pathlib import Path
from typing import Any

_HEADERS = (
    (b"host", b"127.0.0.1:8000"),
    (b"accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"accept-language", b"en-GB,en;q=0.5"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"),
)

_NOTHING: Mapping[str, str] = {}


def one_of(*names: str) -> Any:
    """A module by the first name that this build has."""
    for name in names:
        try:
            return import_module(name)
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(names)


def composed(gateway: Any, settings: Any) -> Any:
    """This build's application, without limits, which are for people."""
    limits = one_of("shared.entrypoints.web.limits", "shared.web.limits")
    limits.DEFAULT = "1000000000/minute"
    return import_module("run").compose(settings, gateway)


def gateway_and_settings(
    stripe_port: str,
    folder: Path,
) -> tuple[Any, Any]:
    """What a build is composed of, with the stand-in for Stripe."""
    settings = one_of("shared.core.settings", "shared.settings").load(
        data_dir=folder,
        dotenv=folder / "none",
        sandbox_base=f"http://127.0.0.1:{stripe_port}",
    )
    found = one_of("shared.infra.gateway.gateway", "shared.gateway.live")
    gateway = getattr(found, "Gateway", None) or found.LiveGateway
    return gateway(settings.stripe), settings


def _raw(
    name: str,
    value: str,
) -> tuple[bytes, bytes]:
    return name.encode(), value.encode()


def _scope(
    method: str,
    path: str,
    more: Mapping[str, str],
    client: str,
) -> dict[str, Any]:
    """What a server says of a request."""
    where, _, query = path.partition("?")
    sent = [_raw(*header) for header in more.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": where,
        "raw_path": where.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [*_HEADERS, *sent],
        "client": (client, 40000),
        "server": ("127.0.0.1", 8000),
        "extensions": {},
    }


class Visitor:
    """Asks the application, without a server between."""

    def __init__(
        self,
        app: Any,
    ) -> None:
        self._app = app
        self._cookie = ""

    async def sign_in(
        self,
        path: str,
        email: str,
        password: str,
    ) -> int:
        """Sign in as somebody; the status of the answer to the form."""
        client = self._app.test_client()
        page = await client.get(path)
        _, _, behind = (await page.get_data(as_text=True)).partition("csrf_token")
        token = behind.partition('value="')[2].partition('"')[0]
        form = {"csrf_token": token, "email": email, "password": password}
        answer = await client.post(
            path,
            form=form,
        )
        await client.get(str(answer.location))  # the cookie holds all by then
        kept = [f"{cookie.name}={cookie.value}" for cookie in client.cookie_jar]
        self._cookie = "; ".join(kept)
        return int(answer.status_code)

    async def asked(
        self,
        path: str,
        times: str,
        target: str = "",
    ) -> list[float]:
        """What each of so many requests took. Raises RuntimeError for any but 200."""
        by_script = {"hx-request": "true", "hx-target": target} if target else {}
        found = []
        for _ in range(int(times)):
            before = time.process_time()
            status, _ = await self._ask(path, by_script)
            found.append((time.process_time() - before) * 1000)
            if status != 200:
                raise RuntimeError(f"{path}: {status}")
        return found

    async def link(
        self,
        path: str,
        start: str,
    ) -> str:
        """The first address on a page that begins with `start` and goes on, but for the form of a
        new one; empty for none.
        """
        _, body = await self._ask(path)
        links = re.findall(
            rb'href="([^"?#]+)',
            body,
        )
        further = [link for link in links if link.startswith(start.encode() + b"/")]
        return next(
            (link.decode() for link in further if not link.endswith(b"/new")),
            "",
        )

    async def _ask(
        self,
        path: str,
        more: Mapping[str, str] = _NOTHING,
    ) -> tuple[int, bytes]:
        sent = {"cookie": self._cookie, **more}
        status, _, body = await exchanged(self._app, "GET", path, sent)
        return status, body


async def exchanged(
    app: Any,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    *,
    client: str = "127.0.0.1",
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Ask the application as a server does: status, headers and body of its answer."""
    status: list[int] = []
    told: list[tuple[bytes, bytes]] = []
    parts: list[bytes] = []
    sent = [{"type": "http.request", "body": body}]
    whole = asyncio.Event()

    async def receive() -> MutableMapping[str, Any]:
        if not sent:
            await whole.wait()
            return {"type": "http.disconnect"}
        return sent.pop()

    async def send(
        message: MutableMapping[str, Any],
    ) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])
            told.extend(message["headers"])
            return
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            whole.set()

    await app(_scope(method, path, headers, client), receive, send)
    return status[0], told, b"".join(parts)


def _tasks() -> Iterator[list[str]]:
    for line in sys.stdin:
        yield line.split()


class JobRuns:
    """Runs jobs, as a worker does when they are due."""

    def __init__(
        self,
        gateway: Any,
        settings: Any,
    ) -> None:
        self._context = one_of("shared.infra.jobs").Context(gateway, settings)
        self._build: Any = import_module("run")

    async def kinds(self) -> list[str]:
        """Those that come again by themselves."""
        return [job.kind for job in self._build.recurring_jobs()]

    async def ran(
        self,
        kind: str,
        times: str,
        given: str,
    ) -> list[float]:
        """The milliseconds of the processor that each of so many runs took."""
        run = self._build.job_handlers()[kind]
        found = []
        for _ in range(int(times)):
            before = time.process_time()
            await run(self._context, json.loads(given))
            found.append((time.process_time() - before) * 1000)
        return found


async def _answer(app: Any, jobs: JobRuns | None = None) -> None:
    async with app.test_app():
        visitor = Visitor(app)
        work: dict[str, Callable[..., Awaitable[Any]]] = {
            "ask": visitor.asked,
            "link": visitor.link,
            "sign-in": visitor.sign_in,
        }
        if jobs is not None:
            work |= {"kinds": jobs.kinds, "run": jobs.ran}
        for task, *rest in _tasks():
            print(
                json.dumps(await work[task](*rest)),
                flush=True,
            )


async def _compose_and_answer(
    stripe_port: str,
    folder: str,
) -> None:
    made = gateway_and_settings(stripe_port, Path(folder))
    await _answer(composed(*made), JobRuns(*made))


def serve(app: Any) -> None:
    """Do the tasks for an application, until there are no more."""
    asyncio.run(_answer(app))


if __name__ == "__main__":
    asyncio.run(_compose_and_answer(*sys.argv[1:]))
