"""Programs say what they can judge, as pages do."""

import pytest

from arena.models import Contest
from tests.factories import make_arena, make_category, make_program, make_prompt

pytestmark = [pytest.mark.django_db]

ADDRESS = "/api/v1/contests/tea/profile/"


@pytest.fixture
def contest() -> Contest:
    contest = make_arena()
    make_prompt(contest, language="fr")
    for slug in ("maths", "law"):
        make_category(contest, slug)
    return contest


def chosen(body: dict[str, list[dict[str, object]]], name: str) -> list[object]:
    return [one["key"] for one in body[name] if one["chosen"]]


def test_what_was_said_is_shown_again(contest):
    program = make_program()
    assert chosen(program.get(ADDRESS).json(), "languages") == ["en", "fr"]
    said = program.put(ADDRESS, {"languages": ["fr"], "categories": ["law"]}, format="json")
    assert said.status_code == 200
    for body in (said.json(), program.get(ADDRESS).json()):
        assert chosen(body, "languages") == ["fr"]
        assert chosen(body, "categories") == ["law"]


def test_no_language_is_refused_with_what_to_do(contest):
    answer = make_program().put(ADDRESS, {"languages": []}, format="json")
    assert answer.status_code == 400
    assert "at least one language" in answer.json()["detail"]


@pytest.mark.parametrize("body", [{"languages": "fr"}, {"categories": [{"a": 1}]}, []])
def test_what_is_no_list_of_words_is_refused(contest, body):
    assert make_program().put(ADDRESS, body, format="json").status_code == 400


def test_who_has_no_token_has_no_profile(client, contest):
    assert client.get(ADDRESS).status_code == 401
    assert client.put(ADDRESS, {}, content_type="application/json").status_code == 401
