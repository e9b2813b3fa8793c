"""Tokens of the API and calls with them; the groups that make and release them."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from delegations.groups import grant_group_permissions


NEW = ['apitoken', 'apicall', 'webhookaddress', 'webhookmessage']


def grant(apps, schema_editor):
    grant_group_permissions(apps, new_models=NEW)


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0012_taking_out'),
        ('invitations', '0038_webhooks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('called', models.CharField(help_text='Which system, and who runs it.', max_length=120, verbose_name='system that reads')),
                ('reads_answers', models.BooleanField(default=False, verbose_name='answers by State')),
                ('reads_contacts', models.BooleanField(default=False, verbose_name='contacts of offices and missions')),
                ('reads_delegates', models.BooleanField(default=False, verbose_name='delegates')),
                ('reads_respondents', models.BooleanField(default=False, verbose_name='who answered, and substitutes')),
                ('valid_until', models.DateField(help_text='The last day, within a year.', verbose_name='valid until')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('begins_with', models.CharField(editable=False, max_length=12, verbose_name='begins with')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='made at')),
                ('released_at', models.DateTimeField(editable=False, null=True, verbose_name='released at')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked at')),
                ('revoked_because', models.CharField(blank=True, editable=False, max_length=300, verbose_name='why revoked')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='invitations.forumedition', verbose_name='edition')),
                ('made_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('released_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='released by')),
                ('revoked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='revoked by')),
            ],
            options={
                'verbose_name': 'token of the API',
                'verbose_name_plural': 'tokens of the API',
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ApiCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='at')),
                ('asked', models.CharField(max_length=40, verbose_name='asked for')),
                ('status', models.PositiveSmallIntegerField(help_text='200: it was answered.', verbose_name='status')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('made_with', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='delegations.apitoken', verbose_name='token of the API')),
            ],
            options={
                'verbose_name': 'call of the API',
                'verbose_name_plural': 'calls of the API',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='apitoken',
            constraint=models.CheckConstraint(condition=models.Q(('reads_answers', True), ('reads_contacts', True), ('reads_delegates', True), ('reads_respondents', True), _connector='OR'), name='token_reads_something', violation_error_message='Choose what the system may read.'),
        ),
        migrations.AddConstraint(
            model_name='apitoken',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('released_at', None), ('released_by', None)), models.Q(('released_at__isnull', False), ('released_by__isnull', False), models.Q(('released_by', models.F('made_by')), _negated=True)), _connector='OR'), name='nobody_releases_their_own_token'),
        ),
        migrations.AddConstraint(
            model_name='apitoken',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='revoked_token_says_by_whom'),
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
