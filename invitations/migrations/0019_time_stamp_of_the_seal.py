"""What a sealed letter says of its time stamp: when it was, whose word that is, or that there is none."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0018_second_portfolio_and_styles'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='lacks_time_stamp',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='letter',
            name='time_stamped_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='time on the seal'),
        ),
        migrations.AddField(
            model_name='letter',
            name='time_stamped_by',
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name='time from'),
        ),
        migrations.AlterField(
            model_name='outage',
            name='of',
            field=models.CharField(choices=[('mail_server', 'no connection to the mail server'), ('store', 'the file store cannot be read'), ('time_stamps', 'no time stamps for the seal of letters')], max_length=12, verbose_name='what is out of reach'),
        ),
    ]
