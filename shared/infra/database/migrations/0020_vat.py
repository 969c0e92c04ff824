"""VAT numbers with who confirmed them, exchange rates for VAT, and months of account in the marketplace's time zone.

Numbers that were stated before are kept and wait to be confirmed. Months that were closed before were months of UTC.
"""

import functools
from datetime import UTC, datetime
from decimal import Decimal
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks, DropField, RunOn

UNSET = datetime(1970, 1, 1, tzinfo=UTC)
ONE_DECISION = "confirmed_at is null or refused_at is null"
PROOF = "confirmed_at is null or (confirmed_by <> '' and proof <> '')"
RATE = "cast(rate as numeric) > 0 and base <> quote"
SPAN = "ends_at > starts_at"

# Greece's prefix is EL; a Swiss number's ending only says "VAT", in one of four languages.
_NORMAL = (
    "CASE WHEN vat_number LIKE 'GR%' THEN 'EL' || substr(vat_number, 3) "
    "WHEN vat_number LIKE 'CHE%' THEN substr(vat_number, 1, 12) ELSE vat_number END"
)
KEEP_NUMBERS = (
    "INSERT INTO vat_registrations (created_at, updated_at, vendor_id, country, number, stated_by,"  # noqa: S608
    " confirmed_by, proof, refused_by, refusal)"
    f" SELECT updated_at, updated_at, id, country, {_NORMAL}, 'system', '', '', '', ''"
    " FROM vendors WHERE vat_number <> '' ORDER BY id"
)
GIVE_NUMBERS_BACK = (
    "UPDATE vendors SET vat_number = coalesce((SELECT number FROM vat_registrations r"
    " WHERE r.vendor_id = vendors.id AND r.replaced_at IS NULL), '')"
)
MEND_IDENTITY = f"UPDATE marketplace_identity SET vat_number = {_NORMAL}"  # noqa: S608
SPANS_SQLITE = (
    "UPDATE statements SET starts_at = datetime(month || '-01') || '+00:00',"
    " ends_at = datetime(month || '-01', '+1 month') || '+00:00'"
)
SPANS_POSTGRES = (
    "UPDATE statements SET starts_at = (month || '-01')::timestamp AT TIME ZONE 'UTC',"
    " ends_at = ((month || '-01')::timestamp + interval '1 month') AT TIME ZONE 'UTC'"
)
NOTHING = "SELECT 1"


class Migration(migrations.Migration):
    dependencies = [("models", "0019_state")]

    initial = False

    operations = [
        ops.CreateModel(
            name="VatRate",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                ("base", fields.CharField(max_length=3)),
                ("quote", fields.CharField(max_length=3)),
                (
                    "rate",
                    fields.DecimalField(
                        default=Decimal(0), max_digits=18, decimal_places=8
                    ),
                ),
                ("source", fields.CharField(max_length=60)),
                ("day", fields.DateField()),
                ("entered_by", fields.CharField(max_length=120)),
            ],
            options={
                "table": "vat_rates",
                "app": "models",
                "unique_together": (("base", "quote", "day"),),
                "constraints": [CheckConstraint(check=RATE, name="ck_vat_rates_rate")],
                "pk_attr": "id",
                "table_description": "`1 base = rate quote` on a day, as somebody published it. Typed in by the marketplace's staff.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="VatRegistration",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="vat_registrations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "country",
                    fields.CharField(
                        description="the vendor's, ISO 3166-1; the number's state is in its prefix",
                        max_length=2,
                    ),
                ),
                (
                    "number",
                    fields.CharField(
                        default="",
                        description="in its normal form; may be empty",
                        max_length=20,
                    ),
                ),
                ("stated_by", fields.CharField(max_length=120)),
                (
                    "confirmed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("confirmed_by", fields.CharField(default="", max_length=120)),
                (
                    "proof",
                    fields.CharField(
                        default="",
                        description="what the staff looked at",
                        max_length=300,
                    ),
                ),
                (
                    "refused_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("refused_by", fields.CharField(default="", max_length=120)),
                (
                    "refusal",
                    fields.CharField(
                        default="",
                        description="why, in words for the vendor",
                        max_length=300,
                    ),
                ),
                (
                    "replaced_at",
                    fields.DatetimeField(
                        null=True,
                        description="null: in force; one a vendor, by an index of its own",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "vat_registrations",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check=ONE_DECISION, name="ck_vat_registrations_one_decision"
                    ),
                    CheckConstraint(check=PROOF, name="ck_vat_registrations_proof"),
                ],
                "pk_attr": "id",
                "table_description": "What one vendor stated about its VAT, and what the marketplace's staff made of it. The row not replaced is in force.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="VatWait",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="vat_waits",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("month", fields.CharField(description="2026-11", max_length=7)),
                (
                    "currency",
                    fields.CharField(description="of the statement", max_length=3),
                ),
                (
                    "into",
                    fields.CharField(
                        description="of the state that the VAT goes to", max_length=3
                    ),
                ),
                (
                    "day",
                    fields.DateField(
                        description="the month's last; the rate is of then, or of the last working day before"
                    ),
                ),
            ],
            options={
                "table": "vat_waits",
                "app": "models",
                "unique_together": (("vendor", "currency"),),
                "pk_attr": "id",
                "table_description": "A vendor's month that cannot be closed: nobody has entered the rate for its VAT yet. Goes when the month is closed.",
            },
            bases=["Row"],
        ),
        AddChecks("VatRate", ck_vat_rates_rate=RATE),
        AddChecks(
            "VatRegistration",
            ck_vat_registrations_one_decision=ONE_DECISION,
            ck_vat_registrations_proof=PROOF,
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_vat_registrations_current ON vat_registrations (vendor_id) WHERE replaced_at IS NULL",
            "DROP INDEX uq_vat_registrations_current",
        ),
        ops.RunSQL(KEEP_NUMBERS, GIVE_NUMBERS_BACK),
        ops.RunSQL(MEND_IDENTITY, ops.RunSQL.noop),
        DropField("Vendor", "vat_number"),
        ops.AddField(
            model_name="Statement",
            name="ends_at",
            field=fields.DatetimeField(
                description="the first moment after it",
                db_default=UNSET,
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Statement",
            name="starts_at",
            field=fields.DatetimeField(
                description="its first moment, as it was closed",
                db_default=UNSET,
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Statement",
            name="state_vat",
            field=fields.JSONField(
                null=True,
                description="the VAT in the currency of the state it goes to, and by which rate; null where it is the same",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Statement",
            name="time_zone",
            field=fields.CharField(
                default="UTC",
                description="that it is a month of",
                db_default="UTC",
                max_length=64,
            ),
        ),
        RunOn(sqlite=(SPANS_SQLITE, NOTHING), postgres=(SPANS_POSTGRES, NOTHING)),
        AddChecks("Statement", ck_statements_span=SPAN),
    ]
