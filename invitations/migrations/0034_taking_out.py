"""Lists leave as files: who may take them out, and the long ones that a worker makes."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0033_order_of_states'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='invitation',
            options={'ordering': ['edition', 'member_state', '-is_principal', 'pk'], 'permissions': [('take_out_lists', 'Can take lists out as files')], 'verbose_name': 'invitation', 'verbose_name_plural': 'invitations'},
        ),
        migrations.CreateModel(
            name='ListExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=60, verbose_name='list')),
                ('asked', models.TextField(blank=True, verbose_name='filters and order')),
                ('kind', models.CharField(max_length=4, verbose_name='kind of file')),
                ('rows', models.PositiveIntegerField(verbose_name='rows')),
                ('written', models.PositiveIntegerField(default=0, verbose_name='rows written')),
                ('state', models.CharField(choices=[('waiting', 'waits for its turn'), ('running', 'is being made'), ('done', 'made'), ('refused', 'refused')], default='waiting', max_length=8, verbose_name='state')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='asked for at')),
                ('began_at', models.DateTimeField(blank=True, null=True, verbose_name='began at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('told', models.TextField(blank=True, verbose_name='what came of it')),
                ('content', models.BinaryField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
            ],
            options={
                'verbose_name': 'list taken out',
                'verbose_name_plural': 'lists taken out',
                'ordering': ['-asked_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state', 'done'), ('content__isnull', True), _connector='OR'), name='only_a_list_that_was_made_has_a_file')],
            },
        ),
    ]
