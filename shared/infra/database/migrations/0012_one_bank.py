"""Where payouts go stands in one place: what was read of the account (`requirements.external_accounts`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from shared.infra.database.operations import DropField

if TYPE_CHECKING:
    from tortoise.migrations.schema_editor.base import BaseSchemaEditor


async def keep(_apps: Any, editor: BaseSchemaEditor) -> None:
    """A bank that sent a payout back since the account was read, or that was read before accounts were kept, is not forgotten."""
    rows = await editor.client.execute_query_dict(
        "SELECT id, currency, requirements, payout_bank, payout_bank_errored FROM vendor_payment_configs "
        "WHERE payout_bank <> '' OR payout_bank_errored ORDER BY id"
    )
    for row in rows:
        stored = row["requirements"]
        found = json.loads(stored) if isinstance(stored, str) else dict(stored or {})
        known = [
            bank
            for bank in found.get("external_accounts", [])
            if bank["currency"] == row["currency"]
        ]
        if not known:
            known = [_bank(row)]
            found["external_accounts"] = [*found.get("external_accounts", []), *known]
        elif row["payout_bank_errored"]:
            for bank in known:
                if bank["default_for_currency"]:
                    bank["status"] = "errored"
        else:
            continue
        await _update(editor, "requirements = {0}", row["id"], json.dumps(found))


def _bank(row: dict[str, Any]) -> dict[str, Any]:
    status = "errored" if row["payout_bank_errored"] else "new"
    last4 = str(row["payout_bank"]).lstrip("•")
    return {
        "id": "", "name": "", "last4": last4, "currency": row["currency"], "status": status, "default_for_currency": True,
    }  # fmt: skip


async def fill(_apps: Any, editor: BaseSchemaEditor) -> None:
    """The columns as they were, from the same place."""
    rows = await editor.client.execute_query_dict(
        "SELECT id, currency, requirements FROM vendor_payment_configs"
    )
    for row in rows:
        stored = row["requirements"]
        found = json.loads(stored) if isinstance(stored, str) else dict(stored or {})
        for bank in found.get("external_accounts", []):
            if bank["currency"] == row["currency"] and bank["default_for_currency"]:
                values = (f"••{bank['last4']}", bank["status"] == "errored")
                await _update(
                    editor,
                    "payout_bank = {0}, payout_bank_errored = {1}",
                    row["id"],
                    *values,
                )


async def _update(
    editor: BaseSchemaEditor, columns: str, row_id: int, *values: object
) -> None:
    marks = [
        "?" if editor.DIALECT == "sqlite" else f"${n}"
        for n in range(1, len(values) + 2)
    ]
    sql = f"UPDATE vendor_payment_configs SET {columns.format(*marks)} WHERE id = {marks[-1]}"  # noqa: S608
    await editor.client.execute_query(sql, [*values, row_id])


class Migration(migrations.Migration):
    dependencies = [("models", "0011_files")]

    initial = False

    operations = [
        ops.RunPython(keep, fill),
        DropField("VendorPaymentConfig", "payout_bank"),
        DropField("VendorPaymentConfig", "payout_bank_errored"),
    ]
