"""A note above originals says nothing of their number; workers tell what is amiss with the seal."""

import sys

from django.db import migrations, models

from invitations.data import correct_shipped, load_shipped


def load(apps, schema_editor):
    load_shipped(apps)
    if left := correct_shipped(apps):
        sys.stdout.write(f" Not corrected, since staff have changed them: {', '.join(left)}.")


class Migration(migrations.Migration):
    dependencies = [("invitations", "0028_digest_choices")]

    operations = [
        migrations.AlterField(
            model_name="outage",
            name="of",
            field=models.CharField(
                choices=[
                    ("mail_server", "no connection to the mail server"),
                    ("store", "the file store cannot be read"),
                    ("time_stamps", "no time stamps for the seal of letters"),
                    ("seal", "the seal of letters"),
                ],
                max_length=12,
                verbose_name="what is out of reach",
            ),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
