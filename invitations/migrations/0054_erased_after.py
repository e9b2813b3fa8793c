"""After how many months an edition’s personal data are erased."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0053_office_in_spanish'),
    ]

    operations = [
        migrations.AddField(
            model_name='forumedition',
            name='erased_after',
            field=models.PositiveSmallIntegerField(blank=True, help_text='After the last day. Empty: nothing is erased.', null=True, verbose_name='months after which personal data are erased'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='erased_not_before',
            field=models.DateField(editable=False, null=True, verbose_name='not erased before'),
        ),
    ]
