"""What tests of several pages share."""

import pytest
from django.test import Client

from tests.support.pseudo import mark_messages


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Client:
    """A browser that asks for German and gets every message between marks."""
    mark_messages(monkeypatch)
    return Client(HTTP_ACCEPT_LANGUAGE="de")
