"""What the database refuses, asked for at once."""

import pytest
from django.db import IntegrityError, connection, transaction


def refuse(write, **fields):
    """Assert that the write is refused at once, deferred constraints included."""
    with pytest.raises(IntegrityError), transaction.atomic():
        write(**fields)
        connection.check_constraints()
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
