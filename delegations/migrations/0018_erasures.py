"""Erasures of what was collected for a meeting alone, and who asks for one."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from delegations.groups import grant_group_permissions


def grant(apps, schema_editor):
    grant_group_permissions(apps, new_models=['erasure'])


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0017_segments_of_its_edition'),
        ('invitations', '0054_erased_after'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='delegate',
            name='spoke',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('because', models.CharField(blank=True, max_length=300, verbose_name='why')),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='began at')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('counts', models.JSONField(default=dict, verbose_name='what was erased')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='invitations.forumedition', verbose_name='edition')),
            ],
            options={
                'verbose_name': 'erasure of personal data',
                'verbose_name_plural': 'erasures of personal data',
                'ordering': ['-began_at', '-pk'],
                'permissions': [('erase_personal_data', 'Can erase personal data')],
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('edition',), name='one_erasure_of_an_edition_under_way'), models.CheckConstraint(condition=models.Q(('asked_by', None), models.Q(('because', ''), _negated=True), _connector='OR'), name='who_asks_for_an_erasure_says_why')],
            },
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
