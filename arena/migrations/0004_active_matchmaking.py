"""How battles are drawn, battles that do not rank, and what raters read and know.

The responses of a known pair answer its own prompt: references of several columns, as in 0002. Columns that are
added to battles and raters may be null, so that SQLite does not rebuild those tables and lose their triggers.
"""

from importlib import import_module

import arena.models.base
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

composite = import_module("arena.migrations.0002_composite_references")

TABLE = "arena_knownpair"
REFERENCES = [
    (TABLE, ("prompt_id", "contest_id"), "arena_prompt", ("id", "contest_id")),
    (TABLE, ("better_id", "prompt_id"), "arena_response", ("id", "prompt_id")),
    (TABLE, ("worse_id", "prompt_id"), "arena_response", ("id", "prompt_id")),
]
# What a key of PostgreSQL points at must be unique by an index of its own, though the id alone is unique already.
INDEX = "arena_response_id_and_prompt"


def add_references(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    if on_postgresql:
        schema_editor.execute(f"CREATE UNIQUE INDEX {INDEX} ON arena_response (id, prompt_id)")
    dialect = composite.on_postgresql if on_postgresql else composite.on_sqlite
    for reference in REFERENCES:
        for statement in dialect(*reference):
            schema_editor.execute(statement)


def drop_references(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # The triggers of SQLite go with the table.
    if schema_editor.connection.vendor == "postgresql":
        for table, columns, _, _ in REFERENCES:
            schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {composite.name_of(table, columns)}")
        schema_editor.execute(f"DROP INDEX {INDEX}")


class Migration(migrations.Migration):

    dependencies = [
        ('arena', '0003_board_filters_and_features'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='battle',
            name='purpose',
            field=models.CharField(blank=True, choices=[('check', 'Attention check'), ('repeat', 'Repeat with the sides swapped')], help_text='Empty where the battle ranks.', max_length=16, null=True),
        ),
        migrations.AddField(
            model_name='rater',
            name='expertise',
            field=models.ManyToManyField(blank=True, help_text='Categories that this rater knows well.', related_name='experts', to='arena.category'),
        ),
        migrations.AddField(
            model_name='rater',
            name='languages',
            field=models.JSONField(blank=True, help_text='BCP 47 tags of what this rater reads: ["en", "pt-BR"]; empty means not said.', null=True),
        ),
        migrations.AlterField(
            model_name='vote',
            name='integrity_reason',
            field=models.CharField(blank=True, choices=[('', 'Full weight'), ('too_fast', 'Faster than the answers can be read'), ('identity_leak', 'A response named its author'), ('anomaly', 'Anomalous rater'), ('rate_limit', "Beyond the rater's daily cap"), ('identical', 'Both responses are the same text'), ('manual', 'Set by an admin')], default='', max_length=24),
        ),
        migrations.CreateModel(
            name='MatchmakingChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=arena.models.base.new_public_id, editable=False, max_length=32, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('before', models.JSONField(help_text='The fields that changed, as they were.')),
                ('after', models.JSONField(help_text='The same fields, as they are since.')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('contest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matchmaking_changes', to='arena.contest')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='KeptBeliefs',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=arena.models.base.new_public_id, editable=False, max_length=32, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('raters', models.CharField(help_text='Whose votes: human, simulated, or judge: and its primary key.', max_length=80)),
                ('payload', models.BinaryField()),
                ('mark', models.CharField(help_text='Hash of what it was computed from.', max_length=64)),
                ('votes', models.PositiveIntegerField(default=0, help_text='How many votes it rests upon.')),
                ('last_vote', models.BigIntegerField(default=0, help_text='Largest primary key among those votes.')),
                ('built_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('contest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kept_beliefs', to='arena.contest')),
            ],
            options={
                'verbose_name_plural': 'kept beliefs',
                'ordering': ['contest', 'raters'],
                'constraints': [models.UniqueConstraint(fields=('contest', 'raters'), name='kept_beliefs_unique_for_raters')],
            },
        ),
        migrations.CreateModel(
            name='KnownPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=arena.models.base.new_public_id, editable=False, max_length=32, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('note', models.CharField(blank=True, help_text='Why it is plain which one is better; staff only.', max_length=200)),
                ('active', models.BooleanField(default=True, help_text='Off: it is shown to nobody any more.')),
                ('better', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='arena.response')),
                ('contest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='known_pairs', to='arena.contest')),
                ('prompt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='known_pairs', to='arena.prompt')),
                ('worse', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='arena.response')),
            ],
            options={
                'ordering': ['contest', 'prompt', 'id'],
                'constraints': [models.UniqueConstraint(fields=('better', 'worse'), name='known_pair_unique', violation_error_message='These two responses are a known pair already.'), models.CheckConstraint(condition=models.Q(('better', models.F('worse')), _negated=True), name='known_pair_of_different_responses', violation_error_message='The better and the worse response must be two different ones.')],
            },
        ),
        migrations.CreateModel(
            name='Matchmaking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=arena.models.base.new_public_id, editable=False, max_length=32, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('policy', models.CharField(choices=[('information', 'Information: the shortest intervals on average; good for most contests'), ('order', 'Order: the fewest wrong orders between neighbours on the board'), ('top_k', 'Best few: finds and orders the first k, and says little of the rest'), ('balanced', 'Balanced: every pair is compared equally often'), ('uniform', 'Uniform: every pair has the same chance; the reference for audits')], default='information', help_text='What the next pair is drawn for.', max_length=16)),
                ('floor', models.FloatField(default=0.1, help_text='Share of draws that are uniform over all allowed pairs. It keeps every pair possible, so that what the policy believes can turn out wrong; 1 is as good as the uniform policy.')),
                ('sharpness', models.FloatField(blank=True, help_text='How strongly the most telling pairs are preferred: 1 draws in proportion to the gain, more prefers the best. Empty means what the policy is known to work well with.', null=True)),
                ('share_cap', models.FloatField(default=0.3, help_text='Largest share of the battles that one contestant takes part in; keeps a newcomer from being in every battle. Of few contestants each takes part in more, whatever stands here: of three, in two thirds.')),
                ('top_k', models.PositiveSmallIntegerField(default=5, help_text='How many places count as the first ones, for the policy top_k and the goal neighbours.')),
                ('same_organisation', models.BooleanField(default=True, help_text='Contestants of one organisation may meet. Off: votes are spent between organisations only.')),
                ('most_cost_usd', models.FloatField(blank=True, help_text='Contestants whose mean response costs more US dollars are left out; empty means no limit.', null=True)),
                ('leave_out_failing', models.BooleanField(default=False, help_text='Leave out contestants whose provider is failing now, so that nobody waits for answers in vain.')),
                ('check_rate', models.FloatField(default=0, help_text='Share of battles that are attention checks: known pairs, which tell who votes without reading. They never count on the boards.')),
                ('repeat_rate', models.FloatField(default=0, help_text='Share of battles that repeat an earlier one of the rater with the sides swapped; it tells how well raters agree with themselves. They never count on the boards.')),
                ('category_sd', models.FloatField(default=0.35, help_text='How far strengths in a category are believed to lie from those of the board, in logits: small where categories hardly differ, larger where contestants have specialities.')),
                ('goal', models.CharField(choices=[('none', 'No goal: go on for ever'), ('neighbours', 'All neighbours among the first k are separated'), ('interval', 'Every interval is narrower than a width')], default='none', help_text='When the contest has learnt enough.', max_length=16)),
                ('goal_width', models.FloatField(blank=True, help_text='For the goal of narrow intervals: ± points, the distance from a rating to either end of its interval. 25 means that every interval is at most 50 points from end to end.', null=True)),
                ('vote_budget', models.PositiveIntegerField(blank=True, help_text='How many votes there are to spend; progress is told against it. Empty means no limit.', null=True)),
                ('contest', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='matchmaking', to='arena.contest')),
            ],
            options={
                'verbose_name_plural': 'matchmaking',
                'ordering': ['contest'],
                'constraints': [models.CheckConstraint(condition=models.Q(('policy__in', ['information', 'order', 'top_k', 'balanced', 'uniform'])), name='matchmaking_policy_known'), models.CheckConstraint(condition=models.Q(('goal__in', ['none', 'neighbours', 'interval'])), name='matchmaking_goal_known'), models.CheckConstraint(condition=models.Q(('floor__gt', 0), ('floor__lte', 1)), name='matchmaking_floor_is_a_share', violation_error_message='The floor must be more than 0 and at most 1: with none, some pairs would never be drawn.'), models.CheckConstraint(condition=models.Q(('sharpness__isnull', True), ('sharpness__gt', 0), _connector='OR'), name='matchmaking_sharpness_positive', violation_error_message="The sharpness must be more than 0; leave it empty for the policy's own."), models.CheckConstraint(condition=models.Q(('share_cap__gt', 0), ('share_cap__lte', 1)), name='matchmaking_share_cap_is_a_share', violation_error_message='The largest share of one contestant must be more than 0 and at most 1.'), models.CheckConstraint(condition=models.Q(('top_k__gte', 1)), name='matchmaking_top_k_positive', violation_error_message='At least one place must count as a first one.'), models.CheckConstraint(condition=models.Q(('most_cost_usd__isnull', True), ('most_cost_usd__gt', 0), _connector='OR'), name='matchmaking_cost_positive', violation_error_message='The most that a response may cost must be more than 0; leave it empty for no limit.'), models.CheckConstraint(condition=models.Q(('check_rate__gte', 0), ('check_rate__lte', django.db.models.expressions.CombinedExpression(models.Value(0.5), '-', models.F('repeat_rate'))), ('repeat_rate__gte', 0)), name='matchmaking_rates_at_most_half', violation_error_message='The shares of checks and of repeats must not be negative, and together at most 0.5: at least half of the battles must rank.'), models.CheckConstraint(condition=models.Q(('category_sd__gt', 0)), name='matchmaking_category_sd_positive', violation_error_message='How far categories lie from the board must be more than 0.'), models.CheckConstraint(condition=models.Q(('goal_width__isnull', True), ('goal_width__gt', 0), _connector='OR'), name='matchmaking_goal_width_positive', violation_error_message='The width of the goal must be more than 0 points.'), models.CheckConstraint(condition=models.Q(models.Q(('goal', 'interval'), _negated=True), ('goal_width__isnull', False), _connector='OR'), name='matchmaking_interval_goal_has_a_width', violation_error_message='Say how narrow every interval shall be: the goal needs a width in points.'), models.CheckConstraint(condition=models.Q(('vote_budget__isnull', True), ('vote_budget__gte', 1), _connector='OR'), name='matchmaking_budget_positive', violation_error_message='The budget must be at least one vote; leave it empty for no limit.')],
            },
        ),
        migrations.RunPython(add_references, drop_references),
    ]
