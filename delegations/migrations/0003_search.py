"""Delegates are found by groups of three letters of name and address, on PostgreSQL."""

from django.db import migrations


def make_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            'CREATE INDEX "search_delegates" ON "delegations_delegate" USING gin '
            '(UPPER("name"::text) gin_trgm_ops, UPPER("email"::text) gin_trgm_ops)'
        )


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('DROP INDEX "search_delegates"')


class Migration(migrations.Migration):
    dependencies = [
        ("delegations", "0002_shipped_data"),
        ("invitations", "0003_search"),
    ]

    operations = [migrations.RunPython(make_index, drop_index)]
