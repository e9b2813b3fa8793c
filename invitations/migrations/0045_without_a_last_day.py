"""What went online awaits a last day to reply; a text for whose answer is offered no more."""

from django.db import migrations, models

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0044_words_of_the_desk'),
    ]

    operations = [
        migrations.AddField(
            model_name='forumedition',
            name='awaits_last_day',
            field=models.BooleanField(default=False, editable=False, verbose_name='without a last day to reply'),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
