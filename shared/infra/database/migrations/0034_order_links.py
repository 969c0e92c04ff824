"""Order links are signed: the database keeps a purchase's token, which opens nothing, and the digest of its link of before.

Mails that were written already say `{order_link}` where it stood (shared/infra/mail/service.py); what was sent is not changed by that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.core.ids import digest, new_nonce

if TYPE_CHECKING:
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor

AT_ONCE = 500
_LINK = re.compile(r"(/shop/orders/)([\w-]+)", re.ASCII)


async def sign(_apps: Any, editor: BaseSchemaEditor) -> None:
    """Give every purchase a token of its own, some hundred at a time."""
    last: int | None = 0
    while last is not None:
        last = await _sign_some(editor, last)


async def _sign_some(editor: BaseSchemaEditor, after: int) -> int | None:
    """Those after this id; answers with the last one's, or None when there was none."""
    query = f"SELECT id, token FROM checkouts WHERE id > {after} ORDER BY id LIMIT {AT_ONCE}"  # noqa: S608
    rows = await editor.client.execute_query_dict(query)
    if not rows:
        return None
    last, tokens = int(rows[-1]["id"]), {row["token"]: new_nonce() for row in rows}
    await _rewrite_mails(
        editor, f"o.checkout_id > {after} AND o.checkout_id <= {last}", tokens
    )
    changed = [[tokens[row["token"]], digest(row["token"]), row["id"]] for row in rows]
    a, b, c = _marks(editor, 3)
    update = f"UPDATE checkouts SET token = {a}, old_link_digest = {b} WHERE id = {c}"  # noqa: S608
    await editor.client.execute_many(update, changed)
    return last


async def _rewrite_mails(
    editor: BaseSchemaEditor, which: str, tokens: dict[str, str]
) -> None:
    query = (
        "SELECT e.id AS id, e.text AS text FROM emails e JOIN orders o ON o.id = e.order_id"  # noqa: S608
        f" WHERE {which} AND e.text LIKE '%/shop/orders/%'"
    )
    mails = await editor.client.execute_query_dict(query)
    changed = [[_rewritten(mail["text"], tokens), mail["id"]] for mail in mails]
    if changed:
        a, b = _marks(editor, 2)
        update = f"UPDATE emails SET text = {a} WHERE id = {b}"  # noqa: S608
        await editor.client.execute_many(update, changed)


def _rewritten(text: str, tokens: dict[str, str]) -> str:
    return _LINK.sub(
        lambda found: f"{found[1]}{{order_link}}" if found[2] in tokens else found[0],
        text,
    )


def _marks(editor: BaseSchemaEditor, count: int) -> list[str]:
    return ["?" if editor.DIALECT == "sqlite" else f"${n + 1}" for n in range(count)]


async def keep(_apps: Any, _editor: BaseSchemaEditor) -> None:
    """What was a link of before cannot be told from its digest."""


class Migration(migrations.Migration):
    dependencies = [("models", "0033_second_factors")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Checkout",
            name="old_link_digest",
            field=fields.CharField(
                null=True,
                description="of the link that it had before links were signed",
                max_length=64,
            ),
        ),
        ops.AddIndex(
            model_name="Checkout",
            index=Index(fields=["old_link_digest"], name="ix_checkouts_old_link"),
        ),
        ops.RunPython(sign, keep),
    ]
