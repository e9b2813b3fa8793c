from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0051_own_segments'),
    ]

    operations = [
        migrations.AddField(
            model_name='listimport',
            name='seen',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
    ]
