"""Letters, ranks and a State's name are worded in Arabic and Chinese as their readers word them."""

from django.db import migrations

from invitations.data import correct_shipped, load_shipped


def load(apps, schema_editor):
    load_shipped(apps)
    correct_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0054_erased_after'),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
