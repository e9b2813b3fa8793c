"""Replacements go to letters that were chosen; successions are held; a reply is carried over."""

import django.db.models.deletion
from django.db import migrations, models


def keep_audiences(apps, schema_editor):
    """Replacements on file were for those who have a letter of them."""
    circulars = apps.get_model("invitations", "Circular").objects.filter(kind="replacement")
    for circular in circulars:
        letters = circular.letters.filter(kind="replacement")
        circular.chosen.add(*letters.values_list("invitation", flat=True).distinct())


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0029_originals_in_any_number'),
    ]

    operations = [
        migrations.AddField(
            model_name='circular',
            name='chosen',
            field=models.ManyToManyField(blank=True, related_name='replacements', to='invitations.invitation', verbose_name='invitations whose letters it replaces'),
        ),
        migrations.AddField(
            model_name='heldchange',
            name='letters',
            field=models.ManyToManyField(blank=True, related_name='+', to='invitations.letter', verbose_name='letters that go to the corrected address'),
        ),
        migrations.AddField(
            model_name='reply',
            name='carried_from',
            field=models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='carried_to', to='invitations.reply', verbose_name='carried over from'),
        ),
        migrations.AlterField(
            model_name='heldchange',
            name='kind',
            field=models.CharField(choices=[('mail', 'what automatic mail says, and where it goes'), ('succession', 'a successor in office')], default='mail', max_length=20, verbose_name='kind'),
        ),
        migrations.RunPython(keep_audiences, migrations.RunPython.noop),
    ]
