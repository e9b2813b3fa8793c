"""What a sealed letter says of its seal: how much stood there before, whose it is, until when."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0016_forms_and_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='unsealed_size',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='letter',
            name='sealed_by',
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name='sealed by'),
        ),
        migrations.AddField(
            model_name='letter',
            name='seal_valid_until',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='certificate valid until'),
        ),
    ]
