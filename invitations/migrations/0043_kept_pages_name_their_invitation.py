import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0042_kept_for_a_day'),
    ]

    operations = [
        migrations.AddField(
            model_name='keptpage',
            name='invitation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='invitations.invitation', verbose_name='invitation'),
        ),
    ]
