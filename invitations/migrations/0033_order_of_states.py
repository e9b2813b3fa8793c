"""Each edition has its order of States, and each digest its language."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0032_search'),
    ]

    operations = [
        migrations.AddField(
            model_name='digestchoice',
            name='language',
            field=models.CharField(choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], default='en', max_length=10, verbose_name='language'),
        ),
        migrations.AddField(
            model_name='forumedition',
            name='order_of_states',
            field=models.CharField(choices=[('fr', 'French alphabetical order'), ('en', 'English alphabetical order'), ('es', 'Spanish alphabetical order')], default='fr', help_text='That of the host’s protocol: on the board, its sheet and in lists.', max_length=2, verbose_name='order of States'),
        ),
    ]
