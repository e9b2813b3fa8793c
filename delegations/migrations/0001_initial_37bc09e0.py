import django.db.models.deletion
import django.utils.timezone
import invitations.text.markdown
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('invitations', '0001_initial_49817d39'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('privacy', 'Privacy'), ('accessibility', 'Accessibility')], max_length=20, unique=True, verbose_name='kind')),
                ('text', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', validators=[invitations.text.markdown.validate_links], verbose_name='text')),
                ('text_ar', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', null=True, validators=[invitations.text.markdown.validate_links], verbose_name='text')),
                ('text_zh_hans', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', null=True, validators=[invitations.text.markdown.validate_links], verbose_name='text')),
                ('text_en', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', null=True, validators=[invitations.text.markdown.validate_links], verbose_name='text')),
                ('text_fr', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', null=True, validators=[invitations.text.markdown.validate_links], verbose_name='text')),
                ('text_ru', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', null=True, validators=[invitations.text.markdown.validate_links], verbose_name='text')),
                ('text_es', models.TextField(help_text='In Markdown; HTML is shown as it is typed.', null=True, validators=[invitations.text.markdown.validate_links], verbose_name='text')),
            ],
            options={
                'verbose_name': 'notice on the public pages',
                'verbose_name_plural': 'notices on the public pages',
                'ordering': ['kind'],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='made at')),
                ('released_at', models.DateTimeField(editable=False, null=True, verbose_name='released at')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked at')),
                ('revocation_reason', models.CharField(blank=True, editable=False, max_length=300, verbose_name='why revoked')),
                ('called', models.CharField(help_text='Which system, and who runs it.', max_length=120, verbose_name='system that reads')),
                ('reads_answers', models.BooleanField(default=False, verbose_name='answers by State')),
                ('reads_contacts', models.BooleanField(default=False, verbose_name='contacts of offices and missions')),
                ('reads_delegates', models.BooleanField(default=False, verbose_name='delegates')),
                ('reads_respondents', models.BooleanField(default=False, verbose_name='who answered, and substitutes')),
                ('valid_until', models.DateField(help_text='The last day, within a year.', verbose_name='valid until')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('begins_with', models.CharField(editable=False, max_length=12, verbose_name='begins with')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invitations.forumedition', verbose_name='edition')),
                ('made_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('released_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='released by')),
                ('revoked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='revoked by')),
            ],
            options={
                'verbose_name': 'token of the API',
                'verbose_name_plural': 'tokens of the API',
                'ordering': ['-made_at', '-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ApiCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='at')),
                ('asked', models.CharField(max_length=40, verbose_name='asked for')),
                ('status', models.PositiveSmallIntegerField(help_text='200: it was answered.', verbose_name='status')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('made_with', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='delegations.apitoken', verbose_name='token of the API')),
            ],
            options={
                'verbose_name': 'call of the API',
                'verbose_name_plural': 'calls of the API',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='invitations.forumedition', verbose_name='edition')),
                ('member_state', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='invitations.memberstate', verbose_name='Member State')),
            ],
            options={
                'verbose_name': 'delegation',
                'verbose_name_plural': 'delegations',
                'ordering': ['edition', 'member_state'],
            },
        ),
        migrations.CreateModel(
            name='Delegate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('head', 'head of delegation'), ('deputy', 'deputy head of delegation'), ('alternate', 'alternate'), ('adviser', 'adviser')], default='adviser', max_length=10, verbose_name='role')),
                ('name', models.CharField(max_length=120, verbose_name='name as on the badge')),
                ('function', models.CharField(blank=True, max_length=200, verbose_name='function')),
                ('organization', models.CharField(blank=True, max_length=200, verbose_name='organization')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('gender', models.CharField(blank=True, choices=[('f', 'woman'), ('m', 'man')], help_text='Optional; published only as counts.', max_length=1, verbose_name='gender')),
                ('arrives_on', models.DateField(blank=True, null=True, verbose_name='arrival')),
                ('departs_on', models.DateField(blank=True, null=True, verbose_name='departure')),
                ('needs_visa_letter', models.BooleanField(default=False, verbose_name='visa letter needed')),
                ('needs', models.TextField(blank=True, max_length=1000, verbose_name='needs of access and diet')),
                ('form_key', models.UUIDField(editable=False, null=True)),
                ('spoke', models.BooleanField(db_default=False, default=False, editable=False)),
                ('delegation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegates', to='delegations.delegation', verbose_name='delegation')),
            ],
            options={
                'verbose_name': 'delegate',
                'verbose_name_plural': 'delegates',
                'ordering': ['delegation', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='DelegationChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('part', models.CharField(choices=[('delegate', 'delegate'), ('statement', 'policy statement')], max_length=10, verbose_name='part')),
                ('act', models.CharField(choices=[('added', 'added'), ('changed', 'changed'), ('removed', 'removed')], max_length=10, verbose_name='what happened')),
                ('subject', models.CharField(max_length=200, verbose_name='whom or what it concerns')),
                ('fields', models.JSONField(blank=True, default=list, verbose_name='what was changed')),
                ('delegation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='delegations.delegation', verbose_name='delegation')),
                ('invitation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invitations.invitation', verbose_name='office')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='member of staff')),
            ],
            options={
                'verbose_name': 'change of a delegation',
                'verbose_name_plural': 'changes of delegations',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='why')),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='began at')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('counts', models.JSONField(default=dict, verbose_name='what was erased')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='invitations.forumedition', verbose_name='edition')),
            ],
            options={
                'verbose_name': 'erasure of personal data',
                'verbose_name_plural': 'erasures of personal data',
                'ordering': ['-began_at', '-pk'],
                'permissions': [('erase_personal_data', 'Can erase personal data')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='HighLevelSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_approved_at', models.DateTimeField(editable=False, null=True, verbose_name='first approval at')),
                ('second_approved_at', models.DateTimeField(editable=False, null=True, verbose_name='second approval at')),
                ('segment', models.CharField(max_length=20, verbose_name='segment')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('title_ar', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_zh_hans', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_en', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_fr', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_ru', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_es', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('starts_at', models.DateTimeField(verbose_name='starts at')),
                ('ends_at', models.DateTimeField(verbose_name='ends at')),
                ('room', models.CharField(blank=True, max_length=80, verbose_name='room')),
                ('chair', models.CharField(blank=True, max_length=120, verbose_name='chair')),
                ('seats', models.PositiveSmallIntegerField(default=0, verbose_name='speaking slots')),
                ('is_called_off', models.BooleanField(default=False, help_text='It stays on file; after two approvals, calendars take it out.', verbose_name='called off')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='invitations.forumedition', verbose_name='edition')),
                ('first_approver', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='first approval by')),
                ('hours', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='session', to='invitations.sessionhours', verbose_name='hours of a session')),
                ('second_approver', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='second approval by')),
            ],
            options={
                'verbose_name': 'high-level session',
                'verbose_name_plural': 'high-level sessions',
                'ordering': ['starts_at', 'pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PolicyStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('speaker_name', models.CharField(max_length=120, verbose_name='speaker')),
                ('speaker_function', models.CharField(blank=True, max_length=200, verbose_name='speaker’s function')),
                ('mode', models.CharField(choices=[('in_person', 'in person'), ('video', 'by video'), ('written', 'in writing only')], default='in_person', max_length=10, verbose_name='mode')),
                ('title', models.CharField(blank=True, max_length=200, verbose_name='title')),
                ('theme', models.CharField(blank=True, max_length=200, verbose_name='theme')),
                ('language', models.CharField(blank=True, choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], max_length=10, verbose_name='language')),
                ('other_language', models.CharField(blank=True, max_length=60, verbose_name='another language')),
                ('interpretation', models.CharField(blank=True, choices=[('own', 'the delegation brings its interpreter'), ('read', 'a translation of the text is provided, to be read out'), ('asked', 'the delegation asks the organizers for help')], max_length=10, verbose_name='interpretation')),
                ('quotation', models.TextField(blank=True, max_length=400, verbose_name='quotation for the press')),
                ('quotation_consent', models.BooleanField(default=False, verbose_name='the quotation may be published')),
                ('biography', models.TextField(blank=True, max_length=1500, verbose_name='short biography')),
                ('photo', models.FileField(blank=True, editable=False, max_length=120, upload_to='', verbose_name='photo')),
                ('photo_sha256', models.CharField(blank=True, editable=False, max_length=64)),
                ('delegation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='statement', to='delegations.delegation', verbose_name='delegation')),
                ('first_choice', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='delegations.highlevelsession', verbose_name='preferred session')),
                ('second_choice', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='delegations.highlevelsession', verbose_name='second preference')),
                ('speaker_rank', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invitations.rank', verbose_name='rank')),
            ],
            options={
                'verbose_name': 'policy statement',
                'verbose_name_plural': 'policy statements',
                'ordering': ['delegation'],
            },
        ),
        migrations.CreateModel(
            name='SpeakingSlot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('minutes', models.PositiveSmallIntegerField(default=3, verbose_name='minutes')),
                ('move_reason', models.CharField(blank=True, max_length=300, verbose_name='why moved')),
                ('moved_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='moved at')),
                ('heard_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='has spoken')),
                ('passed_over_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='called in vain')),
                ('delegation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='delegations.delegation', verbose_name='delegation')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='delegations.highlevelsession', verbose_name='high-level session')),
            ],
            options={
                'verbose_name': 'speaking slot',
                'verbose_name_plural': 'speaking slots',
                'ordering': ['session', 'position'],
            },
        ),
        migrations.CreateModel(
            name='StatementText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(max_length=120, upload_to='', verbose_name='file')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('kind', models.CharField(max_length=4, verbose_name='kind')),
                ('size', models.PositiveIntegerField(verbose_name='size')),
                ('called', models.CharField(max_length=120, verbose_name='name of the file')),
                ('language', models.CharField(blank=True, max_length=60, verbose_name='language')),
                ('filed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='filed at')),
                ('replaced_at', models.DateTimeField(blank=True, null=True, verbose_name='replaced at')),
                ('is_taken_off', models.BooleanField(default=False, verbose_name='taken off')),
                ('filed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invitations.invitation', verbose_name='filed by')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='delegations.policystatement', verbose_name='policy statement')),
            ],
            options={
                'verbose_name': 'text of a statement',
                'verbose_name_plural': 'texts of statements',
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='apitoken',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('released_at', None), ('released_by', None)), models.Q(('released_at__isnull', False), ('released_by__isnull', False), models.Q(('released_by', models.F('made_by')), _negated=True)), _connector='OR'), name='nobody_releases_their_own_apitoken'),
        ),
        migrations.AddConstraint(
            model_name='apitoken',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='revoked_apitoken_says_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='apitoken',
            constraint=models.CheckConstraint(condition=models.Q(('reads_answers', True), ('reads_contacts', True), ('reads_delegates', True), ('reads_respondents', True), _connector='OR'), name='token_reads_something', violation_error_message='Choose what the system may read.'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.UniqueConstraint(fields=('edition', 'member_state'), name='one_delegation_per_state'),
        ),
        migrations.AddConstraint(
            model_name='delegate',
            constraint=models.UniqueConstraint(condition=models.Q(('role', 'head')), fields=('delegation',), name='one_head_of_delegation', violation_error_message='A delegation has one head.'),
        ),
        migrations.AddConstraint(
            model_name='delegate',
            constraint=models.UniqueConstraint(fields=('delegation', 'form_key'), name='one_delegate_per_form'),
        ),
        migrations.AddConstraint(
            model_name='delegate',
            constraint=models.CheckConstraint(condition=models.Q(('arrives_on', None), ('departs_on', None), ('departs_on__gte', models.F('arrives_on')), _connector='OR'), name='departs_after_arriving', violation_error_message='The departure cannot come before the arrival.'),
        ),
        migrations.AddConstraint(
            model_name='delegationchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('invitation__isnull', False), ('user', None)), models.Q(('invitation', None), ('user__isnull', False)), _connector='OR'), name='changed_by_an_office_or_by_staff'),
        ),
        migrations.AddConstraint(
            model_name='erasure',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('edition',), name='one_erasure_of_an_edition_under_way'),
        ),
        migrations.AddConstraint(
            model_name='erasure',
            constraint=models.CheckConstraint(condition=models.Q(('asked_by', None), models.Q(('reason', ''), _negated=True), _connector='OR'), name='who_asks_for_an_erasure_says_why'),
        ),
        migrations.AddConstraint(
            model_name='highlevelsession',
            constraint=models.CheckConstraint(condition=models.Q(('second_approver', None), models.Q(('first_approver__isnull', False), models.Q(('second_approver', models.F('first_approver')), _negated=True)), _connector='OR'), name='highlevelsession_approved_by_two_people'),
        ),
        migrations.AddConstraint(
            model_name='highlevelsession',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='session_ends_after_it_starts', violation_error_message='A session ends after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='policystatement',
            constraint=models.CheckConstraint(condition=models.Q(('first_choice', None), ('second_choice', None), models.Q(('first_choice', models.F('second_choice')), _negated=True), _connector='OR'), name='preferred_sessions_differ', violation_error_message='The second preference is another session.'),
        ),
        migrations.AddConstraint(
            model_name='speakingslot',
            constraint=models.UniqueConstraint(fields=('session', 'position'), name='one_speaker_per_position'),
        ),
        migrations.AddConstraint(
            model_name='speakingslot',
            constraint=models.UniqueConstraint(fields=('session', 'delegation'), name='one_slot_per_delegation_and_session'),
        ),
        migrations.AddConstraint(
            model_name='statementtext',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced_at', None)), fields=('statement', 'sha256'), name='one_current_text_of_the_same_bytes'),
        ),
    ]
