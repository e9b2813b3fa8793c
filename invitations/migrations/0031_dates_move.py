"""Dates move: editions that rest, held moves, re-confirmations, and a notice of postponement."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0030_replacements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='forumedition',
            name='is_online',
            field=models.BooleanField(default=False, editable=False, verbose_name='held online'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='moved_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='dates moved at'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='postponed_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='postponed without a new date since'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='stopped_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='reminders and deadline stopped at'),
        ),
        migrations.AlterField(
            model_name='heldchange',
            name='kind',
            field=models.CharField(choices=[('mail', 'what automatic mail says, and where it goes'), ('succession', 'a successor in office'), ('dates', 'dates that move, for everybody at once')], default='mail', max_length=20, verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='DatesMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('moved', 'moved to new dates'), ('postponed', 'postponed without a new date'), ('online', 'moved online')], max_length=10, verbose_name='kind')),
                ('days', models.IntegerField(default=0, verbose_name='days by which sessions move')),
                ('sessions', models.JSONField(blank=True, default=list, verbose_name='sessions that move')),
                ('drafts_notice', models.BooleanField(default=True, verbose_name='draft a notice')),
                ('released_at', models.DateTimeField(blank=True, null=True, verbose_name='released at')),
                ('change', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='move', to='invitations.heldchange', verbose_name='held change')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='invitations.forumedition', verbose_name='edition')),
                ('notice', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invitations.circular', verbose_name='notice drafted')),
            ],
            options={
                'verbose_name': 'move of dates',
                'verbose_name_plural': 'moves of dates',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Reconfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('said', models.CharField(choices=[('not_yet', 'not re-confirmed yet'), ('still_valid', 're-confirmed'), ('changed', 'answer changed')], default='not_yet', max_length=12, verbose_name='re-confirmation')),
                ('said_at', models.DateTimeField(blank=True, null=True, verbose_name='said at')),
                ('channel', models.CharField(blank=True, choices=[('online', 'online'), ('mail', 'e-mail'), ('fax', 'fax'), ('letter', 'letter'), ('note_verbale', 'note verbale'), ('telephone', 'telephone')], max_length=20, verbose_name='channel')),
                ('correspondence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invitations.correspondence', verbose_name='correspondence')),
                ('invitation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reconfirmations', to='invitations.invitation', verbose_name='invitation')),
                ('move', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reconfirmations', to='invitations.datesmove', verbose_name='move of dates')),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('reply', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reconfirmations', to='invitations.reply', verbose_name='reply asked about')),
            ],
            options={
                'verbose_name': 're-confirmation',
                'verbose_name_plural': 're-confirmations',
                'ordering': ['move', 'invitation'],
                'constraints': [models.UniqueConstraint(fields=('move', 'invitation'), name='one_question_per_move_and_office'), models.CheckConstraint(condition=models.Q(models.Q(('said', 'not_yet'), ('said_at', None)), models.Q(models.Q(('said', 'not_yet'), _negated=True), ('said_at__isnull', False)), _connector='OR'), name='reconfirmation_says_when')],
            },
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
