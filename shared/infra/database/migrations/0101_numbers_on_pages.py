"""A vendor's VAT number stands on its shop's page, so its changes are noted; those of shoppers' businesses are not."""

from tortoise import migrations

from shared.infra.database.operations import RunOn

TABLE = "vat_registrations"
AT = "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"
ROWS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
SQLITE = "".join(
    f"""CREATE TRIGGER {TABLE}_change_pages_by_{verb.lower()} AFTER {verb} ON {TABLE} WHEN {row}.vendor_id IS NOT NULL
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES ({row}.vendor_id, {AT}, {AT}); END;
"""  # noqa: S608
    for verb, row in ROWS.items()
)
SQLITE_BACK = "".join(
    f"DROP TRIGGER {TABLE}_change_pages_by_{verb.lower()};\n" for verb in ROWS
)
POSTGRES = f"""
CREATE FUNCTION {TABLE}_change_pages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM note_page_change(coalesce(NEW.vendor_id, OLD.vendor_id)); RETURN NULL; END $$;
""" + "".join(
    f"""CREATE TRIGGER {TABLE}_change_pages_by_{verb.lower()} AFTER {verb} ON {TABLE}
FOR EACH ROW WHEN ({row}.vendor_id IS NOT NULL) EXECUTE FUNCTION {TABLE}_change_pages();
"""
    for verb, row in ROWS.items()
)
POSTGRES_BACK = (
    "".join(
        f"DROP TRIGGER {TABLE}_change_pages_by_{verb.lower()} ON {TABLE};\n"
        for verb in ROWS
    )
    + f"DROP FUNCTION {TABLE}_change_pages();\n"
)


class Migration(migrations.Migration):
    dependencies = [("models", "0100_mails_by_address")]

    initial = False

    operations = [
        RunOn(sqlite=(SQLITE, SQLITE_BACK), postgres=(POSTGRES, POSTGRES_BACK)),
    ]
