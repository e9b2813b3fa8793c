"""The hours of sessions as two people approved them, and what offices were sent of them."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from invitations.data import load_shipped


BRINGING = ("in_person", "represented", "attends_only")


def enter_what_was_told(apps, schema_editor):
    """Enter the days of the Track that acknowledgements carried, with the SEQUENCE they had."""
    answered = apps.get_model("invitations", "Letter").objects.filter(
        kind="acknowledgement", variant="answer", composed_at__isnull=False, reply__isnull=False
    )
    entry = apps.get_model("invitations", "CalendarEntry")
    told = {}
    for letter in answered.exclude(state="cancelled").order_by("composed_at", "pk").select_related("reply"):
        comes, before = letter.reply.answer in BRINGING, told.get(letter.invitation_id)
        if comes or (before and not before.is_cancelled):
            earlier = apps.get_model("invitations", "Reply").objects.filter(
                invitation=letter.invitation_id, pk__lt=letter.reply_id
            )
            told[letter.invitation_id] = entry(
                invitation_id=letter.invitation_id,
                letter=letter,
                sequence=earlier.count(),
                is_cancelled=not comes,
            )
    entry.objects.bulk_create(told.values())


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0019_time_stamp_of_the_seal'),
    ]

    operations = [
        migrations.CreateModel(
            name='SessionHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('segment', models.CharField(choices=[('opening', 'opening segment'), ('dialogues', 'interactive policy sessions'), ('round_table', 'Ministerial Round Table'), ('prizes', 'WSIS Prizes ceremony'), ('networking', 'high-level networking programme')], max_length=20, verbose_name='segment')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('title_ar', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_zh_hans', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_en', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_fr', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_ru', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_es', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('starts_at', models.DateTimeField(verbose_name='starts at')),
                ('ends_at', models.DateTimeField(verbose_name='ends at')),
                ('room', models.CharField(blank=True, max_length=80, verbose_name='room')),
                ('is_called_off', models.BooleanField(default=False, verbose_name='called off')),
                ('sequence', models.PositiveIntegerField(default=0, help_text='How often it was published otherwise.', verbose_name='sequence')),
                ('published_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='published at')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='session_hours', to='invitations.forumedition', verbose_name='edition')),
            ],
            options={
                'verbose_name': 'hours of a session',
                'verbose_name_plural': 'hours of sessions',
                'ordering': ['starts_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='CalendarEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveIntegerField(verbose_name='sequence')),
                ('said', models.CharField(blank=True, max_length=64, verbose_name='SHA-256 of what it said')),
                ('is_cancelled', models.BooleanField(default=False, verbose_name='cancelled')),
                ('invitation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_entries', to='invitations.invitation', verbose_name='invitation')),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_entries', to='invitations.letter', verbose_name='letter')),
                ('session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='invitations.sessionhours', verbose_name='high-level session')),
            ],
            options={
                'verbose_name': 'calendar entry',
                'verbose_name_plural': 'calendar entries',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='sessionhours',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='published_hours_end_after_they_start'),
        ),
        migrations.AddConstraint(
            model_name='calendarentry',
            constraint=models.UniqueConstraint(fields=('letter', 'session'), name='one_entry_per_letter_and_session'),
        ),
        migrations.AddConstraint(
            model_name='calendarentry',
            constraint=models.UniqueConstraint(condition=models.Q(('session', None)), fields=('letter',), name='one_entry_per_letter_for_the_days'),
        ),
        migrations.AlterField(
            model_name='letter',
            name='kind',
            field=models.CharField(choices=[('invitation', 'invitation'), ('note', 'note verbale'), ('notice', 'notice of changed dates'), ('corrigendum', 'corrigendum'), ('replacement', 'replacement'), ('reminder', 'reminder'), ('acknowledgement', 'acknowledgement'), ('calendar', 'calendar')], max_length=20, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='lettertemplate',
            name='kind',
            field=models.CharField(choices=[('invitation', 'invitation'), ('note', 'note verbale'), ('notice', 'notice of changed dates'), ('corrigendum', 'corrigendum'), ('replacement', 'replacement'), ('reminder', 'reminder'), ('acknowledgement', 'acknowledgement'), ('calendar', 'calendar')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'calendar'), ('state', 'planned')), fields=('invitation',), name='one_planned_calendar'),
        ),
        migrations.RunPython(enter_what_was_told, migrations.RunPython.noop),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
