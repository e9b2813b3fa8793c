"""All groups but readers take the lists out that they read."""

from django.db import migrations

from delegations.groups import grant_group_permissions


def grant(apps, schema_editor):
    grant_group_permissions(apps, new_permissions=['take_out_lists'])


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0011_useless_permissions'),
        ('invitations', '0034_taking_out'),
    ]

    operations = [
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
