"""Letters of thanks: to no invitation more than one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0056_letters_read_anew'),
    ]

    operations = [
        migrations.AlterField(
            model_name='circular',
            name='kind',
            field=models.CharField(choices=[('invitation', 'invitation'), ('notice', 'notice of changed dates'), ('corrigendum', 'corrigendum'), ('replacement', 'replacement'), ('thanks', 'letter of thanks')], default='invitation', max_length=20, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='letter',
            name='kind',
            field=models.CharField(choices=[('invitation', 'invitation'), ('note', 'note verbale'), ('notice', 'notice of changed dates'), ('corrigendum', 'corrigendum'), ('replacement', 'replacement'), ('thanks', 'letter of thanks'), ('reminder', 'reminder'), ('acknowledgement', 'acknowledgement'), ('calendar', 'calendar'), ('receipt', 'receipt')], max_length=20, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='lettertemplate',
            name='kind',
            field=models.CharField(choices=[('invitation', 'invitation'), ('note', 'note verbale'), ('notice', 'notice of changed dates'), ('corrigendum', 'corrigendum'), ('replacement', 'replacement'), ('thanks', 'letter of thanks'), ('reminder', 'reminder'), ('acknowledgement', 'acknowledgement'), ('calendar', 'calendar'), ('receipt', 'receipt')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'thanks'), models.Q(('state', 'cancelled'), _negated=True)), fields=('invitation',), name='one_letter_of_thanks'),
        ),
    ]
