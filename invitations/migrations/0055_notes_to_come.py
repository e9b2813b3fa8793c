"""A mission that has a note verbale may get another one over a later letter of the circular."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0054_erased_after'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='letter',
            name='one_note_per_mission_and_circular',
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'note'), ('state', 'planned')), fields=('mission', 'circular', 'by_original'), name='one_planned_note_per_mission_and_circular'),
        ),
    ]
