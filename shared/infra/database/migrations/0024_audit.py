"""The audit trail: from where a person acted, ways to find entries, and what the database refuses: changes and deletions."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.infra.database.operations import RunOn

# The third one because INSERT OR REPLACE deletes a row without asking SQLite's triggers for deletions.
SQLITE = """
CREATE TRIGGER audit_entries_never_change BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER audit_entries_never_go BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END;
CREATE TRIGGER audit_entries_never_replaced BEFORE INSERT ON audit_entries
WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit entries are never replaced'); END;
"""
SQLITE_BACK = """
DROP TRIGGER audit_entries_never_change;
DROP TRIGGER audit_entries_never_go;
DROP TRIGGER audit_entries_never_replaced;
"""
POSTGRES = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_entries_never_change BEFORE UPDATE OR DELETE ON audit_entries
FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entries_never_emptied BEFORE TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
POSTGRES_BACK = """
DROP TRIGGER audit_entries_never_change ON audit_entries;
DROP TRIGGER audit_entries_never_emptied ON audit_entries;
DROP FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0023_webhook_health")]

    initial = False

    operations = [
        ops.AddField(
            model_name="AuditEntry",
            name="address",
            field=fields.CharField(
                default="",
                db_default="",
                description="network address of a person",
                max_length=45,
            ),
        ),
        ops.AddField(
            model_name="AuditEntry",
            name="request_id",
            field=fields.CharField(
                default="", db_default="", description="as in the log", max_length=40
            ),
        ),
        ops.AddIndex(
            model_name="AuditEntry",
            index=Index(fields=["actor", "id"], name="ix_audit_actor"),
        ),
        ops.AddIndex(
            model_name="AuditEntry",
            index=Index(fields=["action", "id"], name="ix_audit_action"),
        ),
        ops.AddIndex(
            model_name="AuditEntry",
            index=Index(fields=["created_at"], name="ix_audit_at"),
        ),
        RunOn(sqlite=(SQLITE, SQLITE_BACK), postgres=(POSTGRES, POSTGRES_BACK)),
    ]
