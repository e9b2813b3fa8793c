
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0038_webhooks'),
    ]

    operations = [
        migrations.CreateModel(
            name='PartnershipInterest',
            fields=[
            ],
            options={
                'verbose_name': 'interest in partnership',
                'verbose_name_plural': 'interests in partnership',
                'proxy': True,
                'default_permissions': ('view',),
                'indexes': [],
                'constraints': [],
            },
            bases=('invitations.reply',),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='partnership_email',
            field=models.EmailField(blank=True, help_text='Told once of each office that is interested in partnership packages.', max_length=254, verbose_name='e-mail of the partnership team'),
        ),
        migrations.AddField(
            model_name='reply',
            name='partnership_told_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='partnership team told at'),
        ),
    ]
