"""Everything that the stand-in remembers, in one SQLite file: JSON documents with the few columns
that queries need.

One connection, used from one thread. A request is one transaction, so that what it did, its events,
their deliveries and its idempotency record stand or fall together.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Row = tuple[str, str, str, str, int]  # body, hidden, platform, scope, seq

_SCHEMA = """
CREATE TABLE IF NOT EXISTS docs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, platform TEXT NOT NULL, scope TEXT NOT NULL,
    object TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL, hidden TEXT NOT NULL DEFAULT '{}');
CREATE UNIQUE INDEX IF NOT EXISTS docs_id ON docs (platform, id, scope);
CREATE INDEX IF NOT EXISTS docs_list ON docs (scope, object, seq);
CREATE TABLE IF NOT EXISTS facets (scope TEXT, object TEXT, name TEXT, value TEXT, seq INTEGER,
    PRIMARY KEY (scope, object, name, value, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS balances (platform TEXT, scope TEXT, currency TEXT, available_on INTEGER, net INTEGER,
    PRIMARY KEY (platform, scope, currency, available_on)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idempotency (scope TEXT, key TEXT, method TEXT, path TEXT, params TEXT, status INTEGER,
    body TEXT, request TEXT, created INTEGER);
CREATE UNIQUE INDEX IF NOT EXISTS idempotency_key ON idempotency (key, scope);
CREATE TABLE IF NOT EXISTS deliveries (id INTEGER PRIMARY KEY AUTOINCREMENT, platform TEXT, event TEXT, endpoint TEXT,
    due REAL, tries INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'due', played TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due, id) WHERE state = 'due';
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS attempts (id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT, url TEXT, endpoint TEXT,
    status INTEGER, error TEXT, at INTEGER, fault TEXT);
CREATE INDEX IF NOT EXISTS attempts_event ON attempts (event);
CREATE TABLE IF NOT EXISTS agenda (id INTEGER PRIMARY KEY AUTOINCREMENT, due REAL, task TEXT, platform TEXT, subject TEXT);
CREATE INDEX IF NOT EXISTS agenda_due ON agenda (due, id);
CREATE TABLE IF NOT EXISTS tickets (token TEXT PRIMARY KEY, kind TEXT, platform TEXT, subject TEXT, expires INTEGER,
    used INTEGER NOT NULL DEFAULT 0, data TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contents (platform TEXT, id TEXT, content BLOB, PRIMARY KEY (platform, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
# A cache that holds the ends of all indexes, and a log that is folded in now and then; together
# they keep the ten-thousandth payment as cheap as the first.
_SETTINGS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "cache_size = -32000",
    "wal_autocheckpoint = 8000",
)
_TABLES = (
    "docs",
    "facets",
    "balances",
    "idempotency",
    "deliveries",
    "attempts",
    "agenda",
    "tickets",
    "contents",
    "meta",
)

# Fields that lists filter by; each gets an index row so that a filter costs the same whatever the
# store holds.
FACETS: dict[str, tuple[str, ...]] = {
    "customer": ("email", "test_clock"),
    "application_fee": ("charge",),
    "balance_transaction": ("available_on", "currency", "source", "type"),
    "charge": ("customer", "payment_intent", "transfer_group"),
    "dispute": ("charge", "payment_intent"),
    "event": ("type",),
    "file": ("purpose",),
    "payment_intent": ("customer", "customer_account"),
    "payment_method": ("allow_redisplay", "customer", "type"),
    "payout": ("destination", "status"),
    "radar.early_fraud_warning": ("charge", "payment_intent"),
    "setup_attempt": ("setup_intent",),
    "setup_intent": ("customer", "customer_account", "payment_method"),
    "fee_refund": ("fee",),
    "refund": ("charge", "payment_intent"),
    "transfer": ("destination", "source_transaction", "transfer_group"),
    "transfer_reversal": ("transfer",),
}


@dataclass(slots=True)
class Document:
    """One object: what the API shows (`body`), and what only the stand-in knows (`hidden`)."""

    body: Json
    hidden: Json
    platform: str
    scope: str
    seq: int = 0
    indexed: Json = field(default_factory=dict)  # the facets that are in the index

    @property
    def id(self) -> str:
        """The object's id."""
        return str(self.body["id"])


class Store:
    """The database behind the stand-in."""

    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        # platform -> its enabled webhook endpoints, while none changes
        self.listeners: dict[str, list[Document]] = {}
        # something was put on the agenda, or addressed, since the courier last looked
        self.due = True
        for setting in _SETTINGS:
            self.db.execute(f"PRAGMA {setting}")
        self.db.executescript(_SCHEMA)

    def close(self) -> None:
        """Give the file back; WAL is folded in."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def clear(self) -> None:
        """Forget everything."""
        self.listeners.clear()
        for table in _TABLES:
            self.db.execute(f"DELETE FROM {table}")

    def rows(self, sql: str, *args: Any) -> list[tuple[Any, ...]]:
        """All rows that a query finds."""
        return self.db.execute(sql, args).fetchall()

    def value(self, sql: str, *args: Any) -> Any:
        """The first value of the first row that a query finds; None where there is none."""
        row = self.db.execute(sql, args).fetchone()
        return row[0] if row else None

    def insert(self, doc: Document) -> Document:
        """Add one object, newest of its kind."""
        body = doc.body
        cursor = self.db.execute(
            (
                "INSERT INTO docs (id, platform, scope, object, created, body, hidden) VALUES (?, "
                "?, ?, ?, ?, ?, ?)"
            ),
            (
                body["id"],
                doc.platform,
                doc.scope,
                body["object"],
                body.get("created", 0),
                _dump(body),
                _dump(doc.hidden),
            ),
        )
        doc.seq = cursor.lastrowid or 0
        self._index(doc)
        return doc

    def save(self, doc: Document) -> None:
        """Write an object back."""
        self.db.execute(
            "UPDATE docs SET body = ?, hidden = ? WHERE seq = ?",
            (_dump(doc.body), _dump(doc.hidden), doc.seq),
        )
        self._index(doc)

    def _index(self, doc: Document) -> None:
        kind = doc.body["object"]
        if kind == "webhook_endpoint":
            self.listeners.clear()
        facets = _facets(doc.body)
        if facets == doc.indexed:
            return
        if doc.indexed:
            self.db.execute(
                "DELETE FROM facets WHERE scope = ? AND object = ? AND seq = ?",
                (doc.scope, kind, doc.seq),
            )
        if facets:
            self.db.executemany(
                "INSERT INTO facets VALUES (?, ?, ?, ?, ?)",
                [(doc.scope, kind, *facet, doc.seq) for facet in facets.items()],
            )
        doc.indexed = facets

    def delete(self, doc: Document) -> None:
        """Remove an object for good."""
        self.listeners.clear()
        self.db.execute("DELETE FROM docs WHERE seq = ?", (doc.seq,))

    def find(
        self,
        platform: str,
        id: str,
        *,
        scope: str | None = None,
        object: str | None = None,
    ) -> Document | None:
        """The object with this id on this platform, if there is one."""
        sql, args = (
            "SELECT body, hidden, platform, scope, seq FROM docs WHERE platform = ? AND id = ?",
            [platform, id],
        )
        if scope is not None:
            sql, args = sql + " AND scope = ?", [*args, scope]
        if object is not None:
            sql, args = sql + " AND object = ?", [*args, object]
        row = self.db.execute(sql, args).fetchone()
        return _document(row) if row else None

    def select(
        self,
        where: str,
        args: list[Any],
        *,
        order: str = "seq",
        limit: int = -1,
    ) -> list[Document]:
        """Objects by a condition on the columns."""
        sql = (
            f"SELECT body, hidden, platform, scope, seq FROM docs WHERE {where} ORDER BY {order} "
            "LIMIT ?"
        )
        rows = self.db.execute(sql, [*args, limit])
        return [_document(row) for row in rows]

    def counts(self, platform: str) -> dict[str, int]:
        """How many objects of each kind this platform holds."""
        sql = "SELECT object, count(*) FROM docs WHERE platform = ? GROUP BY object"
        return dict(self.rows(sql, platform))

    def schedule(
        self,
        due: float,
        task: str,
        platform: str,
        subject: str,
    ) -> None:
        """Something to do at a time."""
        self.due = True
        sql = "INSERT INTO agenda (due, task, platform, subject) VALUES (?, ?, ?, ?)"
        self.db.execute(sql, (due, task, platform, subject))

    def keep(self, platform: str, id: str, content: bytes) -> None:
        """What is in a file."""
        self.db.execute(
            "INSERT INTO contents VALUES (?, ?, ?)", (platform, id, content)
        )

    def kept(self, platform: str, id: str) -> bytes:
        """What was kept of a file."""
        sql = "SELECT content FROM contents WHERE platform = ? AND id = ?"
        return bytes(self.value(sql, platform, id))

    def meta(self, name: str, default: str = "") -> str:
        """A remembered setting."""
        rows = self.rows("SELECT value FROM meta WHERE name = ?", name)
        return rows[0][0] if rows else default

    def remember(self, name: str, value: str) -> None:
        """Remember a setting."""
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def _document(row: Row) -> Document:
    body = json.loads(row[0])
    return Document(
        body,
        json.loads(row[1]),
        row[2],
        row[3],
        row[4],
        _facets(body),
    )


def _facets(body: Json) -> Json:
    names = FACETS.get(body["object"], ())
    return {name: body[name] for name in names if body.get(name) is not None}


def _dump(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))
