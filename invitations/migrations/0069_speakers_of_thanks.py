"""Who delivered the statements for which a circular thanks."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("invitations", "0068_courtesy_of_circulars"),
    ]

    operations = [
        migrations.AddField(
            model_name='circular',
            name='speakers',
            field=models.JSONField(blank=True, default=dict, editable=False, verbose_name='speakers'),
        ),
    ]
