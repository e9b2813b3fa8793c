"""The history of delegates keeps no word of their needs: until now it kept half of each."""

from django.db import migrations


def withhold(apps, schema_editor):
    entries = apps.get_model('auditlog', 'LogEntry').objects.filter(
        content_type__app_label='delegations', content_type__model='delegate', changes__has_key='needs'
    )
    for entry in entries.only('changes').iterator():
        before, after = entry.changes['needs']
        # The word for none was masked like all others.
        entry.changes['needs'] = ['' if before in ('', '**ne') else '…', '…' if after else '']
        entry.save(update_fields=['changes'])


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0015_what_is_filed'),
        ('auditlog', '0017_add_actor_email'),
    ]

    operations = [migrations.RunPython(withhold, migrations.RunPython.noop)]
