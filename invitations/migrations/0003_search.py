"""Names and addresses are found by groups of three letters, on PostgreSQL."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

INDEXES = {
    "search_focal_points": ("invitations_invitation", ["focal_point_name", "focal_point_email"]),
    "search_replies": (
        "invitations_reply", ["respondent_name", "respondent_email", "substitute_name"]
    ),
    "search_correspondence": ("invitations_correspondence", ["reference", "sender"]),
    "search_deliveries": ("invitations_delivery", ["address", "reference"]),
}  # fmt: skip
OF_MINISTERS = {
    "search_ministers": (
        'USING gin (UPPER("to_emails"::text) gin_trgm_ops, UPPER("cc_emails"::text) gin_trgm_ops,'
        ' ("name_key"::text) gin_trgm_ops, ("name_in_script"::text) gin_trgm_ops)'
    ),
    "search_minister_references": '(UPPER("ref"::text))',
}


def make_indexes(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for name, (table, columns) in INDEXES.items():
        keys = ", ".join(f'UPPER("{column}"::text) gin_trgm_ops' for column in columns)
        schema_editor.execute(f'CREATE INDEX "{name}" ON "{table}" USING gin ({keys})')
    for name, index in OF_MINISTERS.items():
        schema_editor.execute(f'CREATE INDEX "{name}" ON "invitations_minister" {index}')


def drop_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in [*INDEXES, *OF_MINISTERS]:
            schema_editor.execute(f'DROP INDEX "{name}"')


class Migration(migrations.Migration):
    dependencies = [("invitations", "0002_shipped_data")]

    operations = [TrigramExtension(), migrations.RunPython(make_indexes, drop_indexes)]
