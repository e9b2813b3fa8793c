"""A text that was taken off a statement is told from one that another took the place of."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delegations', '0007_notices'),
    ]

    operations = [
        migrations.AddField(
            model_name='statementtext',
            name='is_taken_off',
            field=models.BooleanField(default=False, verbose_name='taken off'),
        ),
    ]
