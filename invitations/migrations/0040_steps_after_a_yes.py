"""Steps that ask for more once an office has said yes, and what is filed of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0039_partnership_interest'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Filed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('speaker', 'name the speaker'), ('head', 'name the head of delegation'), ('text', 'file a text of the statement')], max_length=10, verbose_name='what is filed')),
            ],
            options={
                'verbose_name': 'what is filed after a yes',
                'verbose_name_plural': 'what is filed after a yes',
                'ordering': ['edition', 'member_state', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.AlterModelOptions(
            name='reminderstep',
            options={'ordering': ['edition', 'asks_for', '-days_before'], 'verbose_name': 'reminder step', 'verbose_name_plural': 'reminder steps'},
        ),
        migrations.RemoveConstraint(
            model_name='reminderstep',
            name='one_step_per_day',
        ),
        migrations.AddField(
            model_name='reminderstep',
            name='asks_for',
            field=models.CharField(blank=True, choices=[('', 'the reply'), ('speaker', 'name the speaker'), ('head', 'name the head of delegation'), ('text', 'file a text of the statement')], default='', help_text='The reply is asked of silent offices; the rest of those that said yes, until the High-Level Track opens.', max_length=10, verbose_name='asks for'),
        ),
        migrations.AlterField(
            model_name='reminderstep',
            name='audience',
            field=models.CharField(choices=[('office', 'office, mission in copy'), ('mission', 'mission and focal point, or the office where there is neither'), ('focal', 'focal point, or the mission where there is none')], default='office', max_length=10, verbose_name='audience'),
        ),
        migrations.AddConstraint(
            model_name='reminderstep',
            constraint=models.UniqueConstraint(fields=('edition', 'asks_for', 'days_before'), name='one_step_per_day'),
        ),
        migrations.AddConstraint(
            model_name='reminderstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('asks_for', ''), models.Q(('audience', 'focal'), _negated=True), models.Q(('variant__in', ['speaker', 'head', 'text']), _negated=True)), models.Q(('audience', 'focal'), ('medium', 'mail'), ('variant', models.F('asks_for')), models.Q(('asks_for', ''), _negated=True)), _connector='OR'), name='next_step_is_asked_of_no_minister', violation_error_message='What is asked after a yes goes by mail, with its own text, to the focal point or the mission, and only that does.'),
        ),
        migrations.AddField(
            model_name='filed',
            name='edition',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='filed', to='invitations.forumedition', verbose_name='edition'),
        ),
        migrations.AddField(
            model_name='filed',
            name='member_state',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='filed', to='invitations.memberstate', verbose_name='Member State'),
        ),
        migrations.AddConstraint(
            model_name='filed',
            constraint=models.UniqueConstraint(fields=('edition', 'member_state', 'what'), name='filed_once_for_a_state'),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
