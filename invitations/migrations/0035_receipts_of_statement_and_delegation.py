"""Receipts by mail for what an office files beside its reply: its statement, its delegation."""

from django.conf import settings
from django.db import migrations, models

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0034_taking_out'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='filed',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AlterField(
            model_name='letter',
            name='kind',
            field=models.CharField(choices=[('invitation', 'invitation'), ('note', 'note verbale'), ('notice', 'notice of changed dates'), ('corrigendum', 'corrigendum'), ('replacement', 'replacement'), ('reminder', 'reminder'), ('acknowledgement', 'acknowledgement'), ('calendar', 'calendar'), ('receipt', 'receipt')], max_length=20, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='lettertemplate',
            name='kind',
            field=models.CharField(choices=[('invitation', 'invitation'), ('note', 'note verbale'), ('notice', 'notice of changed dates'), ('corrigendum', 'corrigendum'), ('replacement', 'replacement'), ('reminder', 'reminder'), ('acknowledgement', 'acknowledgement'), ('calendar', 'calendar'), ('receipt', 'receipt')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'receipt'), ('state', 'planned')), fields=('invitation', 'variant'), name='one_planned_receipt'),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
