"""Calls are noted on any day; what was noted on the call list becomes a call."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def make_calls_of_notes(apps, schema_editor):
    entries = apps.get_model("invitations", "CallListEntry").objects.exclude(note="")
    call = apps.get_model("invitations", "TelephoneCall")
    call.objects.bulk_create(
        (
            call(
                invitation_id=entry.invitation_id,
                at=entry.called_at or entry.listed_at,
                by_id=entry.called_by_id,
                outcome="other",
                fact=entry.note,
            )
            for entry in entries.iterator()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0024_forms_of_crowns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TelephoneCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='called at')),
                ('outcome', models.CharField(choices=[('promised', 'a reply is promised'), ('reached', 'somebody was reached'), ('call_back', 'to be called back'), ('no_answer', 'nobody answered'), ('wrong_number', 'wrong number'), ('other', 'something else')], max_length=12, verbose_name='outcome')),
                ('whom', models.CharField(blank=True, max_length=120, verbose_name='who was reached')),
                ('fact', models.TextField(blank=True, max_length=200, verbose_name='what was said')),
                ('next_call_on', models.DateField(blank=True, null=True, verbose_name='next call on')),
                ('struck_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='struck at')),
                ('struck_because', models.CharField(blank=True, editable=False, max_length=300, verbose_name='why struck')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='called by')),
                ('invitation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='invitations.invitation', verbose_name='invitation')),
                ('struck_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='struck by')),
            ],
            options={
                'verbose_name': 'telephone call',
                'verbose_name_plural': 'telephone calls',
                'ordering': ['-at', '-pk'],
                'default_permissions': ('add', 'change', 'view'),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('struck_at', None), ('struck_because', ''), ('struck_by', None)), models.Q(('struck_at__isnull', False), ('struck_by__isnull', False), models.Q(('struck_because', ''), _negated=True)), _connector='OR'), name='struck_call_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'call_back'), _negated=True), ('next_call_on__isnull', False), _connector='OR'), name='call_back_says_when')],
            },
        ),
        migrations.RunPython(make_calls_of_notes, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='calllistentry',
            name='called_at',
        ),
        migrations.RemoveField(
            model_name='calllistentry',
            name='called_by',
        ),
        migrations.RemoveField(
            model_name='calllistentry',
            name='note',
        ),
    ]
