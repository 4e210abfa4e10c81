"""The address that tells whether the server is there."""

import pytest
from django.db import DatabaseError
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_server_whose_database_answers_says_ok(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert answer["Content-Type"] == "text/plain"


def test_the_answer_is_never_kept(client):
    assert "no-store" in client.get("/healthz")["Cache-Control"]


def test_asking_needs_and_leaves_no_cookie(client):
    client.get("/healthz")
    assert not client.cookies


def test_monitors_may_ask_for_the_head_alone(client):
    answer = client.head("/healthz")
    assert (answer.status_code, answer.content) == (200, b"")


def test_nothing_can_be_sent(client):
    assert client.post("/healthz").status_code == 405


def test_a_database_that_does_not_answer_is_an_error(monkeypatch):
    def refuse() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr("arena.views.health.connection.cursor", refuse)
    answer = Client(raise_request_exception=False).get("/healthz")
    assert answer.status_code == 500
    assert b"gone" not in answer.content
