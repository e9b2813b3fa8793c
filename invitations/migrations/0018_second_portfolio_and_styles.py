"""The function in a second language; and of whom letters speak in the third person."""

import sys

from django.db import migrations, models

from invitations.data import complete_styles, load_shipped


def load(apps, schema_editor):
    load_shipped(apps)
    if left := complete_styles(apps):
        sys.stdout.write(f" Without a style, since staff have changed them: {', '.join(left)}.")


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0017_sealed_letters'),
    ]

    operations = [
        migrations.AddField(
            model_name='formofaddress',
            name='government',
            field=models.CharField(blank=True, help_text='Your Majesty’s Government; of the Pope: the Holy See', max_length=120, verbose_name='the Government in running text'),
        ),
        migrations.AddField(
            model_name='formofaddress',
            name='style',
            field=models.CharField(blank=True, choices=[('majesty', 'Majesty'), ('highness', 'Highness'), ('holiness', 'Holiness'), ('eminence', 'Eminence')], help_text='The text then speaks of the person; without it, it says “you”.', max_length=10, verbose_name='spoken of as'),
        ),
        migrations.AddField(
            model_name='formofaddress',
            name='styled',
            field=models.CharField(blank=True, help_text='Your Majesty', max_length=60, verbose_name='style in running text'),
        ),
        migrations.AddField(
            model_name='minister',
            name='portfolio_in_second_language',
            field=models.CharField(blank=True, help_text='As the letter’s text in the second language has it.', max_length=240, verbose_name='portfolio in the second language'),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
