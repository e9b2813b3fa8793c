"""Sessions are approved by two people and may be called off; who reads what calendars were sent."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from delegations.groups import grant_group_permissions


def grant(apps, schema_editor):
    grant_group_permissions(apps, new_models=["sessionhours", "calendarentry"])


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0005_who_releases_changes'),
        ('invitations', '0020_session_hours'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='highlevelsession',
            name='first_approved_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='first approval at'),
        ),
        migrations.AddField(
            model_name='highlevelsession',
            name='first_approver',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='first approval by'),
        ),
        migrations.AddField(
            model_name='highlevelsession',
            name='hours',
            field=models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='session', to='invitations.sessionhours', verbose_name='hours of a session'),
        ),
        migrations.AddField(
            model_name='highlevelsession',
            name='is_called_off',
            field=models.BooleanField(default=False, help_text='It stays on file; after two approvals, calendars take it out.', verbose_name='called off'),
        ),
        migrations.AddField(
            model_name='highlevelsession',
            name='second_approved_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='second approval at'),
        ),
        migrations.AddField(
            model_name='highlevelsession',
            name='second_approver',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='second approval by'),
        ),
        migrations.AddConstraint(
            model_name='highlevelsession',
            constraint=models.CheckConstraint(condition=models.Q(('second_approver', None), models.Q(('first_approver__isnull', False), models.Q(('second_approver', models.F('first_approver')), _negated=True)), _connector='OR'), name='highlevelsession_approved_by_two_people'),
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
