"""What the States have on file after their yes is told to the reminders."""

from django.db import migrations


def tell(apps, schema_editor):
    Filed = apps.get_model('invitations', 'Filed')
    delegations = apps.get_model('delegations', 'Delegation').objects
    on_file = {
        'speaker': delegations.filter(statement__isnull=False),
        'head': delegations.filter(delegates__role='head'),
        'text': delegations.filter(statement__texts__isnull=False, statement__texts__replaced_at=None),
    }
    Filed.objects.bulk_create(
        [
            Filed(what=what, edition_id=edition, member_state_id=state)
            for what, found in on_file.items()
            for edition, state in found.order_by().values_list('edition', 'member_state').distinct()
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0014_partnership_team'),
        ('invitations', '0040_steps_after_a_yes'),
    ]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
