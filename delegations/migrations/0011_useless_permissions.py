"""Groups on file lose what no page asks for any more."""

from django.db import migrations

from delegations.groups import grant_group_permissions


def take_away(apps, schema_editor):
    grant_group_permissions(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0010_search'),
    ]

    operations = [
        migrations.RunPython(take_away, migrations.RunPython.noop),
    ]
