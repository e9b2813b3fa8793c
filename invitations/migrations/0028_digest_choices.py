"""Staff choose their digest mails; until somebody does, none leaves."""

import django.db.models.deletion
import django.utils.timezone
import invitations.models.operations
from django.conf import settings
from django.db import migrations, models


def forget_marks_of_editions(apps, schema_editor):
    """Each who asks for digests now has an own mark of what was told."""
    apps.get_model('invitations', 'Tick').objects.filter(name__startswith='digest-').delete()


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0027_circular_asks_in_french'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DigestChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.JSONField(default=invitations.models.operations.all_kinds, verbose_name='what you are told')),
                ('often', models.CharField(choices=[('never', 'no mails'), ('at_once', 'a few minutes after it happened'), ('hourly', 'each hour'), ('morning', 'each working morning at eight')], default='never', max_length=8, verbose_name='when')),
                ('told_until', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='told until')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='digest_choice', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'digest mails',
                'verbose_name_plural': 'digest mails',
            },
        ),
        migrations.RunPython(forget_marks_of_editions, migrations.RunPython.noop),
    ]
