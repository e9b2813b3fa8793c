"""Letters that are signed by hand: who gets one, their steps, and the note verbale above them."""

import django.db.models.deletion
import django.utils.timezone
import invitations.models.edition
import invitations.text.placeholders
from django.conf import settings
from django.db import migrations, models

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0013_letter_waits_for'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OriginalStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('printed', 'printed'), ('signed', 'signed'), ('handed_over', 'handed over'), ('receipt', 'receipt on file')], max_length=12, verbose_name='step')),
                ('done_on', models.DateField(verbose_name='day')),
                ('remark', models.CharField(blank=True, max_length=300, verbose_name='remark')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='recorded at')),
                ('scan', models.FileField(blank=True, max_length=120, upload_to='', verbose_name='scan')),
                ('scan_sha256', models.CharField(blank=True, editable=False, max_length=64)),
                ('taken_back_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back at')),
                ('taken_back_because', models.CharField(blank=True, max_length=300, verbose_name='why taken back')),
            ],
            options={
                'verbose_name': 'step of a signed original',
                'verbose_name_plural': 'steps of a signed original',
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SignedOriginal',
            fields=[
            ],
            options={
                'verbose_name': 'signed original',
                'verbose_name_plural': 'signed originals',
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('invitations.letter',),
        ),
        migrations.RemoveConstraint(
            model_name='letter',
            name='one_note_per_mission_and_circular',
        ),
        migrations.AddField(
            model_name='forumedition',
            name='original_ranks',
            field=models.JSONField(blank=True, default=invitations.models.edition.ranks_by_original, help_text='On paper, under a note verbale: no mail and no reminder. Where none is chosen, all get their letter by mail.', verbose_name='ranks that get a signed original'),
        ),
        migrations.AddField(
            model_name='letter',
            name='by_original',
            field=models.BooleanField(default=False, editable=False, help_text='It leaves on paper alone; so does the note verbale above it.', verbose_name='by signed original'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='channel',
            field=models.CharField(choices=[('email', 'e-mail'), ('pouch', 'pouch'), ('post', 'post'), ('hand', 'by hand')], default='email', max_length=10, verbose_name='channel'),
        ),
        migrations.AlterField(
            model_name='lettertemplate',
            name='mail',
            field=models.TextField(blank=True, validators=[invitations.text.placeholders.validate_placeholders], verbose_name='in the mail'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'note'), models.Q(('state', 'cancelled'), _negated=True)), fields=('mission', 'circular', 'by_original'), name='one_note_per_mission_and_circular'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(('by_original', False), ('message_sha256', ''), _connector='OR'), name='signed_original_has_no_message'),
        ),
        migrations.AddField(
            model_name='originalstep',
            name='letter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='original_steps', to='invitations.letter', verbose_name='letter'),
        ),
        migrations.AddField(
            model_name='originalstep',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='originalstep',
            name='taken_back_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by'),
        ),
        migrations.AddConstraint(
            model_name='originalstep',
            constraint=models.UniqueConstraint(condition=models.Q(('taken_back_at', None)), fields=('letter', 'step'), name='one_standing_step_of_a_kind'),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
