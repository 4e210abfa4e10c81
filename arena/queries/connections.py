"""Connections of threads that wait more than they read."""

from django.db import connection


def give_back_connection() -> None:
    """Close the connection of this thread: a pool has few of them, and language models think for long.

    Not inside a transaction, which would be lost with it.
    """
    if not connection.in_atomic_block:
        connection.close()
