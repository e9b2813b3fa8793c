"""Spanish letters call the office as its page does."""

import django.db.models.functions.text
from django.db import migrations, models

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0052_what_was_confirmed'),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        # Of the state alone, no table: observers stand after Member States in each order.
        migrations.AlterModelOptions(
            name='memberstate',
            options={'ordering': [django.db.models.functions.text.StrIndex(models.Value('member associate observer'), models.F('status')), models.F('sort_key_fr'), models.F('iso3')], 'verbose_name': 'Member State', 'verbose_name_plural': 'Member States'},
        ),
    ]
