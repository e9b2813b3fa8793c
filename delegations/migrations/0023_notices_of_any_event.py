"""The shipped notice on privacy speaks of the event, whatever it is, where nobody has changed it."""

from django.db import migrations

from delegations.notices import correct_notices


def correct(apps, schema_editor):
    correct_notices(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0022_when_moved'),
    ]

    operations = [migrations.RunPython(correct, migrations.RunPython.noop)]
