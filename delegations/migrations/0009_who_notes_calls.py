"""Registrars note telephone calls and strike wrong notes; all groups read them."""

from django.db import migrations

from delegations.groups import grant_group_permissions


def grant(apps, schema_editor):
    grant_group_permissions(apps, new_models=["telephonecall"])


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0008_text_taken_off'),
        ('invitations', '0025_telephone_calls'),
    ]

    operations = [
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
