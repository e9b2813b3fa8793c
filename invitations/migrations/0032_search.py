"""Texts in which the desk searches are found by their groups of three letters, on PostgreSQL."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from django.db.models import Q

# Each index serves the lookup `icontains`, as Django writes it.
INDEXES = {
    'search_focal_points': ('invitations_invitation', ['focal_point_name', 'focal_point_email']),
    'search_replies': (
        'invitations_reply', ['respondent_name', 'respondent_email', 'substitute_name']
    ),
    'search_correspondence': ('invitations_correspondence', ['reference', 'sender']),
    'search_deliveries': ('invitations_delivery', ['address', 'reference']),
}


def make_indexes(apps, schema_editor):
    if schema_editor.connection.vendor != 'postgresql':
        return
    for name, (table, columns) in INDEXES.items():
        keys = ', '.join(f'UPPER("{column}"::text) gin_trgm_ops' for column in columns)
        schema_editor.execute(f'CREATE INDEX "{name}" ON "{table}" USING gin ({keys})')


def drop_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        for name in INDEXES:
            schema_editor.execute(f'DROP INDEX "{name}"')


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0031_dates_move'),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunPython(make_indexes, drop_indexes),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=~Q(message_id=''), fields=['message_id'], name='letters_by_message_id'),
        ),
    ]
