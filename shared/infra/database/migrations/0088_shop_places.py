"""Where each shop stands in the directory is kept beside it: the database follows the vendor and its payment config, and nobody else can."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.core.clock import now
from shared.infra.database.indexes import IndexWhere
from shared.infra.database.operations import RunOn

AT = "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"
COLUMNS = "id, created_at, updated_at, is_open, is_soon, sorted_by"
# So much of what it is found by is in the index; it begins with the name, which has at most 120 letters.
SORTED_BY = "substr({}.search, 1, 200)"


def _filled(at: str) -> str:
    return f"""
INSERT INTO shop_places ({COLUMNS})
SELECT v.id, {at}, {at}, v.is_open, NOT coalesce(c.accepts_payments, FALSE), {SORTED_BY.format("v")}
FROM vendors v LEFT JOIN vendor_payment_configs c ON c.vendor_id = v.id;
"""  # noqa: S608


# SQLite cannot tell who writes, so it asks of every change that it is what the other two tables say.
TRUE = f"""(SELECT v.is_open = NEW.is_open AND {SORTED_BY.format("v")} = NEW.sorted_by
    AND NEW.is_soon = NOT coalesce((SELECT c.accepts_payments FROM vendor_payment_configs c WHERE c.vendor_id = NEW.id), FALSE)
    FROM vendors v WHERE v.id = NEW.id)"""  # noqa: S608
REFUSED = (
    "SELECT RAISE(ABORT, 'a shop stands where its vendor and its payments put it')"
)
SQLITE = f"""{_filled(AT)}
CREATE TRIGGER shop_places_begin BEFORE INSERT ON shop_places WHEN {TRUE} IS NOT 1
BEGIN {REFUSED}; END;
CREATE TRIGGER shop_places_change BEFORE UPDATE ON shop_places WHEN NEW.id <> OLD.id OR {TRUE} IS NOT 1
BEGIN {REFUSED}; END;
CREATE TRIGGER shop_places_never_go BEFORE DELETE ON shop_places WHEN EXISTS (SELECT 1 FROM vendors v WHERE v.id = OLD.id)
BEGIN {REFUSED}; END;
CREATE TRIGGER vendors_have_places AFTER INSERT ON vendors
BEGIN INSERT INTO shop_places ({COLUMNS}) VALUES (NEW.id, {AT}, {AT}, NEW.is_open, TRUE, {SORTED_BY.format("NEW")}); END;
CREATE TRIGGER vendors_move_places AFTER UPDATE ON vendors WHEN NEW.is_open <> OLD.is_open OR NEW.search <> OLD.search
BEGIN UPDATE shop_places SET updated_at = {AT}, is_open = NEW.is_open, sorted_by = {SORTED_BY.format("NEW")} WHERE id = NEW.id; END;
CREATE TRIGGER vendors_leave_places AFTER DELETE ON vendors
BEGIN DELETE FROM shop_places WHERE id = OLD.id; END;
CREATE TRIGGER vendor_payment_configs_give_places AFTER INSERT ON vendor_payment_configs
BEGIN UPDATE shop_places SET updated_at = {AT}, is_soon = NOT NEW.accepts_payments WHERE id = NEW.vendor_id; END;
CREATE TRIGGER vendor_payment_configs_move_places AFTER UPDATE ON vendor_payment_configs WHEN NEW.accepts_payments <> OLD.accepts_payments
BEGIN UPDATE shop_places SET updated_at = {AT}, is_soon = NOT NEW.accepts_payments WHERE id = NEW.vendor_id; END;
CREATE TRIGGER vendor_payment_configs_take_places AFTER DELETE ON vendor_payment_configs
BEGIN UPDATE shop_places SET updated_at = {AT}, is_soon = TRUE WHERE id = OLD.vendor_id; END;
"""  # noqa: S608
TRIGGERS = (
    "vendors_have_places",
    "vendors_move_places",
    "vendors_leave_places",
    "vendor_payment_configs_give_places",
    "vendor_payment_configs_move_places",
    "vendor_payment_configs_take_places",
    "shop_places_begin",
    "shop_places_change",
    "shop_places_never_go",
)
SQLITE_BACK = "".join(f"DROP TRIGGER {name};\n" for name in TRIGGERS)

# Each column has one source, so that two transactions cannot leave it wrong between them; a place is locked after the row that
# moves it, and nothing is locked for it.
POSTGRES = f"""
LOCK TABLE vendors, vendor_payment_configs IN SHARE ROW EXCLUSIVE MODE;
{_filled("now()")}
CREATE FUNCTION shop_places_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a shop stands where its vendor and its payments put it' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE FUNCTION vendors_move_places() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO shop_places ({COLUMNS}) VALUES (NEW.id, now(), now(), NEW.is_open, TRUE, {SORTED_BY.format("NEW")});
    ELSIF TG_OP = 'DELETE' THEN
        DELETE FROM shop_places WHERE id = OLD.id;
    ELSE
        UPDATE shop_places SET updated_at = now(), is_open = NEW.is_open, sorted_by = {SORTED_BY.format("NEW")} WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION vendor_payment_configs_move_places() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE shop_places SET updated_at = now(), is_soon = TRUE WHERE id = OLD.vendor_id;
    ELSE
        UPDATE shop_places SET updated_at = now(), is_soon = NOT NEW.accepts_payments WHERE id = NEW.vendor_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER vendors_have_places AFTER INSERT OR DELETE ON vendors
FOR EACH ROW EXECUTE FUNCTION vendors_move_places();
CREATE TRIGGER vendors_move_places AFTER UPDATE ON vendors
FOR EACH ROW WHEN (NEW.is_open <> OLD.is_open OR NEW.search <> OLD.search) EXECUTE FUNCTION vendors_move_places();
CREATE TRIGGER vendor_payment_configs_give_places AFTER INSERT OR DELETE ON vendor_payment_configs
FOR EACH ROW EXECUTE FUNCTION vendor_payment_configs_move_places();
CREATE TRIGGER vendor_payment_configs_move_places AFTER UPDATE ON vendor_payment_configs
FOR EACH ROW WHEN (NEW.accepts_payments <> OLD.accepts_payments) EXECUTE FUNCTION vendor_payment_configs_move_places();
CREATE TRIGGER shop_places_guarded BEFORE INSERT OR UPDATE OR DELETE ON shop_places
FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION shop_places_refuse();
"""  # noqa: S608
POSTGRES_BACK = """
DROP TRIGGER vendors_have_places ON vendors;
DROP TRIGGER vendors_move_places ON vendors;
DROP TRIGGER vendor_payment_configs_give_places ON vendor_payment_configs;
DROP TRIGGER vendor_payment_configs_move_places ON vendor_payment_configs;
DROP TRIGGER shop_places_guarded ON shop_places;
DROP FUNCTION vendors_move_places();
DROP FUNCTION vendor_payment_configs_move_places();
DROP FUNCTION shop_places_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0087_seller_details")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ShopPlace",
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
                ("is_open", fields.BooleanField()),
                (
                    "is_soon",
                    fields.BooleanField(
                        description="nothing can be bought there, not yet or no longer"
                    ),
                ),
                (
                    "sorted_by",
                    fields.CharField(
                        max_length=200, description="its name and more, folded"
                    ),
                ),
            ],
            options={
                "table": "shop_places",
                "app": "models",
                "indexes": [
                    IndexWhere(
                        fields=["is_soon", "sorted_by", "id"],
                        name="ix_shop_places_open",
                        where="is_open",
                    )
                ],
                "pk_attr": "id",
                "table_description": "Where a shop stands in the directory; it has its vendor's id.",
            },
            bases=["Row"],
        ),
        RunOn(sqlite=(SQLITE, SQLITE_BACK), postgres=(POSTGRES, POSTGRES_BACK)),
    ]
