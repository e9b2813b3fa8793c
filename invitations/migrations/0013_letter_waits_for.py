from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0012_letter_dated_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='waits_for',
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
    ]
