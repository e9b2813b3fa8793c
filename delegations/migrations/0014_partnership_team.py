"""The group of the partnership team, which sees its own list alone."""

from django.db import migrations

from delegations.groups import grant_group_permissions


def grant(apps, schema_editor):
    grant_group_permissions(apps, new_models=['partnershipinterest'])


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0013_tokens'),
        ('invitations', '0039_partnership_interest'),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
