from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("invitations", "0074_setbacks_of_expired_files"),
    ]

    operations = [
        migrations.AddField(
            model_name='forumedition',
            name='links_open_for',
            field=models.PositiveSmallIntegerField(db_default=30, default=30, help_text='After the last day. They end sooner where an erasure begins.', verbose_name='days for which links and codes of letters open'),
        ),
    ]
