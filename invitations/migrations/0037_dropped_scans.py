import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0036_asked_again'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DroppedScan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('sha256', models.CharField(editable=False, max_length=64)),
                ('state', models.CharField(choices=[('waiting', 'waits to be read'), ('read', 'read'), ('unread', 'could not be read: open the file itself'), ('twice', 'on file already: the same file came before'), ('refused', 'refused: not kept')], default='waiting', max_length=8, verbose_name='state')),
                ('told', models.CharField(blank=True, max_length=300, verbose_name='what came of it')),
                ('found', models.CharField(blank=True, choices=[('code', 'by the code on the paper'), ('words', 'by what it says'), ('name', 'by the name of the file')], max_length=5, verbose_name='how it was found')),
                ('pages', models.JSONField(default=list, editable=False)),
                ('total_pages', models.PositiveSmallIntegerField(default=0, verbose_name='pages')),
                ('dropped_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='dropped at')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read at')),
                ('correspondence', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='dropped', to='invitations.correspondence', verbose_name='correspondence')),
                ('dropped_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dropped by')),
                ('proposed', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invitations.invitation', verbose_name='whose it may be')),
            ],
            options={
                'verbose_name': 'dropped scan',
                'verbose_name_plural': 'dropped scans',
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'read', 'unread'])), fields=('sha256',), name='the_same_scan_is_on_file_once'), models.CheckConstraint(condition=models.Q(('state', 'refused'), ('correspondence__isnull', False), _connector='OR'), name='only_a_refused_scan_is_not_on_file')],
            },
        ),
    ]
