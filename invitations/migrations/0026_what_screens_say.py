"""Words of screens that a protocol officer uses; no column changes."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0025_telephone_calls'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='letterevent',
            options={'ordering': ['at', 'pk'], 'verbose_name': 'entry in the history of letters', 'verbose_name_plural': 'history of letters'},
        ),
        migrations.AlterModelOptions(
            name='tick',
            options={'verbose_name': 'run of a regular job', 'verbose_name_plural': 'runs of regular jobs'},
        ),
        migrations.AlterModelOptions(
            name='worker',
            options={'verbose_name': 'background program', 'verbose_name_plural': 'background programs'},
        ),
        migrations.AlterField(
            model_name='delivery',
            name='leave_before',
            field=models.DateTimeField(blank=True, null=True, verbose_name='not sent any more from'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='not_before',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='leaves no earlier than'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='sending_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='being sent since'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='state',
            field=models.CharField(choices=[('queued', 'waits to leave'), ('claimed', 'about to leave'), ('sending', 'sending'), ('handed_over', 'handed over'), ('deferred', 'deferred'), ('failed', 'failed'), ('uncertain', 'uncertain'), ('missed', 'missed'), ('cancelled', 'cancelled'), ('bounced', 'bounced')], default='queued', max_length=12, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='forumedition',
            name='reply_before',
            field=models.DateField(help_text='The last day to reply is the day before.', verbose_name='reply before'),
        ),
        migrations.AlterField(
            model_name='forumedition',
            name='symbol',
            field=models.SlugField(help_text='wsis-2020', max_length=20, unique=True, verbose_name='edition code'),
        ),
        migrations.AlterField(
            model_name='letter',
            name='leave_before',
            field=models.DateTimeField(blank=True, null=True, verbose_name='not sent any more from'),
        ),
        migrations.AlterField(
            model_name='letter',
            name='not_before',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='leaves no earlier than'),
        ),
        migrations.AlterField(
            model_name='letter',
            name='planned_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='to be composed since'),
        ),
        migrations.AlterField(
            model_name='letter',
            name='state',
            field=models.CharField(choices=[('planned', 'to be composed'), ('composed', 'composed'), ('approved', 'approved'), ('cancelled', 'cancelled')], default='planned', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='letterevent',
            name='state',
            field=models.CharField(choices=[('planned', 'to be composed'), ('composed', 'composed'), ('approved', 'approved'), ('cancelled', 'cancelled'), ('queued', 'waits to leave'), ('claimed', 'about to leave'), ('sending', 'sending'), ('handed_over', 'handed over'), ('deferred', 'deferred'), ('failed', 'failed'), ('uncertain', 'uncertain'), ('missed', 'missed'), ('bounced', 'bounced')], max_length=12, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='listimport',
            name='state',
            field=models.CharField(choices=[('waiting', 'waits for its turn'), ('running', 'is being imported'), ('done', 'imported'), ('refused', 'refused: nothing was written')], default='waiting', max_length=8, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='tick',
            name='did',
            field=models.PositiveIntegerField(default=0, verbose_name='items done'),
        ),
    ]
