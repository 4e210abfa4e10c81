"""Reports of problems, votes taken back by their voters, and reasons of skips.

Columns that are added to battles and contests may be null, so that SQLite does not rebuild those tables and lose their
triggers.
"""

import arena.models.base
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('arena', '0007_leaks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='battle',
            name='skip_reason',
            field=models.CharField(blank=True, choices=[('cannot_judge', 'I cannot judge this')], help_text='Empty where none was given.', max_length=16, null=True),
        ),
        migrations.AddField(
            model_name='contest',
            name='blind_only',
            field=models.BooleanField(blank=True, choices=[(None, 'They count: a slip is corrected, though the names are known by then'), (True, 'They are kept and count on no board: only blind votes count')], null=True, verbose_name='votes given again after an undo'),
        ),
        migrations.AlterField(
            model_name='battle',
            name='purpose',
            field=models.CharField(blank=True, choices=[('check', 'Attention check'), ('repeat', 'Repeat with the sides swapped'), ('again', 'Shown again after an undo, names known')], help_text='Empty where the battle ranks.', max_length=16, null=True),
        ),
        migrations.CreateModel(
            name='BattleReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=arena.models.base.new_public_id, editable=False, max_length=32, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(choices=[('identity_leak', 'A response tells who wrote it'), ('broken', 'A response is broken or cut off'), ('unsafe', 'A text is unsafe or offensive'), ('other', 'Something else')], max_length=16)),
                ('text', models.TextField(blank=True, help_text="In the rater's own words.")),
                ('state', models.CharField(choices=[('open', 'Open'), ('resolved', 'Resolved'), ('rejected', 'Rejected')], default='open', max_length=16)),
                ('note', models.CharField(blank=True, help_text='What was done about it, or why nothing was.', max_length=300)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('battle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='arena.battle')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('battle', 'kind'), name='report_once_a_kind'), models.CheckConstraint(condition=models.Q(('kind__in', ['identity_leak', 'broken', 'unsafe', 'other'])), name='report_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'resolved', 'rejected'])), name='report_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='report_closed_exactly_when_not_open')],
            },
        ),
    ]
