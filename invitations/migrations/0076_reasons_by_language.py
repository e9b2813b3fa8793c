"""Reasons to wait, and of the history of letters, are kept in each language of the desk."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0075_days_of_links'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='waits_because_by_language',
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='letterevent',
            name='because_by_language',
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
    ]
