"""Who has spoken, and who was called in vain, is noted beside the place on the list."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0020_notices_read_anew'),
    ]

    operations = [
        migrations.AddField(
            model_name='speakingslot',
            name='heard_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='has spoken'),
        ),
        migrations.AddField(
            model_name='speakingslot',
            name='passed_over_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='called in vain'),
        ),
    ]
