"""What stands in front of a real installation: a proxy that ends TLS, and a mail server.

On loopback, in threads of their own.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Streams = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def certificate(folder: Path) -> Path:
    """A certificate for this machine with its key, in one file; who trusts the file trusts the
    certificate.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class _Listening:
    """A TLS server of streams, in a thread, until the block ends."""

    def __init__(self, pem: Path, serve: Streams) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pem)
        self._serve = serve
        self._ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run()), daemon=True
        )
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(
            self._guarded, "127.0.0.1", self.port, ssl=self._context
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()

    async def _guarded(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await self._serve(reader, writer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


class Front(_Listening):
    """Ends TLS before the site at `site_port`, and says who called, as a usual proxy does; one
    request a connection.
    """

    def __init__(self, pem: Path, site_port: int) -> None:
        super().__init__(pem, self._forward)
        self._site_port = site_port

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = (await reader.readuntil(b"\r\n\r\n"))[:-4].split(b"\r\n")
        kept = [line for line in head if not line.lower().startswith(b"connection:")]
        told = [
            b"X-Forwarded-For: 198.51.100.7",
            b"X-Forwarded-Proto: https",
            b"Connection: close",
        ]
        there, back = await asyncio.open_connection("127.0.0.1", self._site_port)
        back.write(b"\r\n".join([*kept, *told]) + b"\r\n\r\n")
        await asyncio.wait(
            [
                asyncio.create_task(_pipe(reader, back)),
                answered := asyncio.create_task(_pipe(there, writer)),
            ],
            return_when=asyncio.FIRST_COMPLETED,
        )
        await answered
        back.close()


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await source.read(65536):
            target.write(piece)
            await target.drain()


@dataclass
class Letters:
    """What a mail server took: who signed in, and each mail's text."""

    users: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class MailServer(_Listening):
    """Takes mails by SMTP from whoever signs in with a password; `extensions` are what else it says
    that it can.
    """

    extensions: tuple[str, ...] = ()

    def __init__(self, pem: Path) -> None:
        super().__init__(pem, self._talk)
        self.letters = Letters()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"220 localhost\r\n")
        while line := (await reader.readline()).decode().strip():
            word = line[:4].upper()
            if word == "DATA":
                writer.write(b"354 go on\r\n")
                self.letters.texts.append(
                    (await reader.readuntil(b"\r\n.\r\n")).decode()
                )
            elif word == "AUTH":
                self.letters.users.append(
                    base64.b64decode(line.split()[2]).decode().split("\0")[1]
                )
                writer.write(b"235 welcome\r\n")
                continue
            elif word == "EHLO":
                can = "".join(f"250-{each}\r\n" for each in self.extensions)
                writer.write(f"250-localhost\r\n{can}250 AUTH PLAIN\r\n".encode())
                continue
            writer.write(b"221 bye\r\n" if word == "QUIT" else b"250 well\r\n")
