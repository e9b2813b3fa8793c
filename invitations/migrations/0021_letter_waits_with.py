"""The mark of what a letter that waits was tried with: it rests until something of it changes."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0002_shipped_data'),
        # Part of 0001_initial: a database that has not seen it is refused here.
        ('invitations', '0020_session_hours'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='waits_with',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
    ]
