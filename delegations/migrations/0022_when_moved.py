"""When a speaker was last given another place by hand is noted: its office is told."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0021_who_has_spoken'),
    ]

    operations = [
        migrations.AddField(
            model_name='speakingslot',
            name='moved_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='moved at'),
        ),
    ]
