import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0043_kept_pages_name_their_invitation'),
    ]

    operations = [
        migrations.AlterField(
            model_name='circular',
            name='planned_at',
            field=models.DateTimeField(blank=True, help_text='Letters leave no earlier.', null=True, verbose_name='hour of sending'),
        ),
        migrations.AlterField(
            model_name='webhookmessage',
            name='not_before',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='leaves no earlier than'),
        ),
    ]
