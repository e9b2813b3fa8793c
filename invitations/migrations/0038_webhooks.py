"""Other systems that are told that something happened, and what each was told."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0037_dropped_scans'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WebhookAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('called', models.CharField(help_text='Which system, and who runs it.', max_length=120, verbose_name='system that is told')),
                ('url', models.URLField(help_text='https:// alone.', max_length=300, validators=[django.core.validators.URLValidator(schemes=['https'])], verbose_name='address')),
                ('secret', models.TextField(editable=False)),
                ('earlier_secret', models.TextField(blank=True, editable=False)),
                ('rotated_at', models.DateTimeField(editable=False, null=True, verbose_name='secret changed at')),
                ('edition_mark', models.CharField(blank=True, editable=False, max_length=64)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='made at')),
                ('released_at', models.DateTimeField(editable=False, null=True, verbose_name='released at')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended at')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='invitations.forumedition', verbose_name='edition')),
                ('ended_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by')),
                ('made_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('released_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='released by')),
            ],
            options={
                'verbose_name': 'webhook',
                'verbose_name_plural': 'webhooks',
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='WebhookMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reply.recorded', 'a reply was recorded'), ('speakers.published', 'the list of speakers was published'), ('edition.changed', 'the edition changed')], max_length=20, verbose_name='kind')),
                ('subject', models.CharField(max_length=64, verbose_name='identifier')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('happened_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('state', models.CharField(choices=[('waiting', 'waits to leave'), ('sending', 'sending'), ('arrived', 'arrived'), ('failed', 'failed')], default='waiting', max_length=10, verbose_name='state')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('not_before', models.DateTimeField(default=django.utils.timezone.now, verbose_name='not before')),
                ('lease_ends_at', models.DateTimeField(editable=False, null=True)),
                ('arrived_at', models.DateTimeField(null=True, verbose_name='arrived at')),
                ('said', models.CharField(blank=True, max_length=200, verbose_name='what the other system said')),
                ('address', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='invitations.webhookaddress', verbose_name='webhook')),
            ],
            options={
                'verbose_name': 'message of a webhook',
                'verbose_name_plural': 'messages of webhooks',
                'ordering': ['-happened_at', '-pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='webhookaddress',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('released_at', None), ('released_by', None)), models.Q(('released_at__isnull', False), ('released_by__isnull', False), models.Q(('released_by', models.F('made_by')), _negated=True)), _connector='OR'), name='nobody_releases_their_own_webhook'),
        ),
        migrations.AddConstraint(
            model_name='webhookaddress',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='ended_webhook_says_by_whom'),
        ),
        migrations.AddIndex(
            model_name='webhookmessage',
            index=models.Index(fields=['state', 'not_before'], name='webhooks_that_wait'),
        ),
        migrations.AddConstraint(
            model_name='webhookmessage',
            constraint=models.UniqueConstraint(fields=('address', 'kind', 'subject'), name='one_message_of_each_subject'),
        ),
        migrations.AddConstraint(
            model_name='webhookmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_ends_at__isnull', False), ('state', 'sending')), models.Q(models.Q(('state', 'sending'), _negated=True), ('lease_ends_at', None)), _connector='OR'), name='message_being_sent_has_a_lease'),
        ),
    ]
