"""The shipped notice on privacy says when links end, and names what is kept, where it is as shipped."""

from django.db import migrations

from delegations.notices import correct_notices


def correct(apps, schema_editor):
    correct_notices(apps)


class Migration(migrations.Migration):

    dependencies = [
        ("delegations", "0024_honest_links"),
    ]

    operations = [migrations.RunPython(correct, migrations.RunPython.noop)]
