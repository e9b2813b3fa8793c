"""The shipped notices as they read since they were read anew, where nobody has changed them."""

from django.db import migrations

from delegations.notices import correct_notices


def correct(apps, schema_editor):
    correct_notices(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0019_when_erased'),
    ]

    operations = [migrations.RunPython(correct, migrations.RunPython.noop)]
