"""What the public pages say on privacy and on accessibility, as it is shipped."""

from django.db import migrations, models

from delegations.groups import grant_group_permissions
from delegations.notices import load_notices


def load(apps, schema_editor):
    load_notices(apps)
    grant_group_permissions(apps, new_models=["notice"])


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0002_shipped_data'),
        # Part of 0001_initial: a database that has not seen it is refused here.
        ('delegations', '0006_sessions_approved'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('privacy', 'Privacy'), ('accessibility', 'Accessibility')], max_length=20, unique=True, verbose_name='kind')),
                ('text', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', verbose_name='text')),
                ('text_ar', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', null=True, verbose_name='text')),
                ('text_zh_hans', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', null=True, verbose_name='text')),
                ('text_en', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', null=True, verbose_name='text')),
                ('text_fr', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', null=True, verbose_name='text')),
                ('text_ru', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', null=True, verbose_name='text')),
                ('text_es', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', null=True, verbose_name='text')),
            ],
            options={
                'verbose_name': 'notice on the public pages',
                'verbose_name_plural': 'notices on the public pages',
                'ordering': ['kind'],
            },
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
