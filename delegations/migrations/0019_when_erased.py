"""The notice on privacy says when personal data are erased, where the edition says so."""

from django.db import migrations

from delegations.notices import say_when_erased


def say(apps, schema_editor):
    say_when_erased(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0018_erasures'),
    ]

    operations = [migrations.RunPython(say, migrations.RunPython.noop)]
