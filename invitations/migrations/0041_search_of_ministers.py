"""Ministers of many years are found by groups of three letters, on PostgreSQL."""

from django.db import migrations

# Each serves lookups as Django writes them.
INDEXES = {
    'search_ministers': (
        'USING gin (UPPER("to_emails"::text) gin_trgm_ops, UPPER("cc_emails"::text) gin_trgm_ops,'
        ' ("name_key"::text) gin_trgm_ops, ("name_in_script"::text) gin_trgm_ops)'
    ),
    'search_minister_references': '(UPPER("ref"::text))',
}


def make_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        for name, index in INDEXES.items():
            schema_editor.execute(f'CREATE INDEX "{name}" ON "invitations_minister" {index}')


def drop_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        for name in INDEXES:
            schema_editor.execute(f'DROP INDEX "{name}"')


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0040_steps_after_a_yes'),
    ]

    operations = [
        migrations.RunPython(make_indexes, drop_indexes),
    ]
