"""References of several columns, which Django cannot declare: a battle's responses answer its own prompt.

PostgreSQL has composite foreign keys. SQLite cannot add one to a table that exists, so triggers refuse what
the key would have refused. A later migration that rebuilds one of these tables on SQLite drops its triggers
and must create them again; a test watches over them.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

REFERENCES = [
    ("arena_response", ("prompt_id", "contest_id"), "arena_prompt", ("id", "contest_id")),
    ("arena_response", ("contestant_id", "contest_id"), "arena_contestant", ("id", "contest_id")),
    ("arena_battle", ("prompt_id", "contest_id"), "arena_prompt", ("id", "contest_id")),
    (
        "arena_battle",
        ("response_a_id", "prompt_id", "contestant_a_id"),
        "arena_response",
        ("id", "prompt_id", "contestant_id"),
    ),
    (
        "arena_battle",
        ("response_b_id", "prompt_id", "contestant_b_id"),
        "arena_response",
        ("id", "prompt_id", "contestant_id"),
    ),
]


def name_of(table: str, columns: tuple[str, ...]) -> str:
    return f"{table}_{columns[0].removesuffix('_id')}_matches"


def on_postgresql(table: str, columns: tuple[str, ...], target: str, keys: tuple[str, ...]) -> list[str]:
    return [
        f"ALTER TABLE {table} ADD CONSTRAINT {name_of(table, columns)} FOREIGN KEY ({', '.join(columns)}) "
        f"REFERENCES {target} ({', '.join(keys)}) DEFERRABLE INITIALLY DEFERRED"
    ]


def on_sqlite(table: str, columns: tuple[str, ...], target: str, keys: tuple[str, ...]) -> list[str]:
    name = name_of(table, columns)
    match = " AND ".join(f"t.{key} = NEW.{column}" for key, column in zip(keys, columns, strict=True))
    return [
        f"CREATE TRIGGER {name}_{verb.split()[0].lower()} BEFORE {verb} ON {table} "
        f"WHEN NOT EXISTS (SELECT 1 FROM {target} t WHERE {match}) "
        f"BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed: {name}'); END"
        for verb in ("INSERT", f"UPDATE OF {', '.join(columns)}")
    ]


def add_references(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    dialect = on_postgresql if schema_editor.connection.vendor == "postgresql" else on_sqlite
    for reference in REFERENCES:
        for statement in dialect(*reference):
            schema_editor.execute(statement)


def drop_references(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table, columns, _, _ in REFERENCES:
        name = name_of(table, columns)
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        else:
            schema_editor.execute(f"DROP TRIGGER {name}_insert")
            schema_editor.execute(f"DROP TRIGGER {name}_update")


class Migration(migrations.Migration):
    dependencies = [("arena", "0001_initial")]

    operations = [migrations.RunPython(add_references, drop_references)]
