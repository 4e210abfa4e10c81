"""The description of the API: valid, complete, and true of what the API answers."""

import re
from copy import deepcopy
from io import StringIO
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from django.core.management import call_command
from django.urls import URLPattern
from rest_framework.test import APIClient

from arena.api.urls import urlpatterns
from arena.services.leaderboards import refresh_contest
from tests.factories import make_contestant, make_program, make_voted_arena

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ALWAYS_THERE = ("/api/v1/contests/", "/api/v1/me/", "/api/v1/me/data/", "/api/v1/me/leave/")
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The description as the command writes it."""
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return dict(yaml.safe_load(out.getvalue()))


def operations(schema: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_the_description_is_valid_and_written_without_a_warning(schema):
    assert schema["openapi"].startswith("3.")
    assert schema["info"]["title"] == "Versus"


def described(pattern: URLPattern) -> str:
    return "/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))


def test_every_address_is_described_but_those_of_the_description_itself(schema):
    wanted = {described(pattern) for pattern in urlpatterns if pattern.name not in ("schema", "docs")}
    assert set(schema["paths"]) == wanted


def test_operations_are_known_by_these_names(schema):
    assert {operation["operationId"]: key for key, operation in operations(schema).items()} == {
        "list_contests": ("GET", "/api/v1/contests/"),
        "get_contest": ("GET", "/api/v1/contests/{slug}/"),
        "get_leaderboard": ("GET", "/api/v1/contests/{slug}/leaderboard/"),
        "get_leaderboard_csv": ("GET", "/api/v1/contests/{slug}/leaderboard.csv"),
        "get_matchmaking": ("GET", "/api/v1/contests/{slug}/matchmaking/"),
        "list_votes": ("GET", "/api/v1/contests/{slug}/votes/"),
        "stream_preferences": ("GET", "/api/v1/contests/{slug}/preferences.jsonl"),
        "get_profile": ("GET", "/api/v1/contests/{slug}/profile/"),
        "get_calibration": ("GET", "/api/v1/contests/{slug}/calibration/"),
        "repeat_calibration": ("POST", "/api/v1/contests/{slug}/calibration/"),
        "declare_profile": ("PUT", "/api/v1/contests/{slug}/profile/"),
        "open_battle": ("POST", "/api/v1/contests/{slug}/battles/"),
        "get_battle": ("GET", "/api/v1/battles/{token}/"),
        "cast_vote": ("POST", "/api/v1/battles/{token}/vote/"),
        "skip_battle": ("POST", "/api/v1/battles/{token}/skip/"),
        "get_terms": ("GET", "/api/v1/terms/"),
        "accept_terms": ("POST", "/api/v1/me/consent/"),
        "get_my_data": ("GET", "/api/v1/me/data/"),
        "leave": ("POST", "/api/v1/me/leave/"),
        "get_invitation": ("GET", "/api/v1/invitations/{token}/"),
        "accept_invitation": ("POST", "/api/v1/invitations/{token}/"),
        "get_progress": ("GET", "/api/v1/me/"),
        "remark_on_vote": ("PUT", "/api/v1/battles/{token}/remarks/"),
        "report_problem": ("POST", "/api/v1/battles/{token}/reports/"),
        "start_live": ("POST", "/api/v1/contests/{slug}/live/"),
        "get_live": ("GET", "/api/v1/live/{token}/"),
        "watch_live": ("GET", "/api/v1/live/{token}/events/"),
        "follow_up": ("POST", "/api/v1/live/{token}/follow-up/"),
        "stop_live": ("POST", "/api/v1/live/{token}/stop/"),
        "start_talk": ("POST", "/api/v1/contests/{slug}/talks/"),
        "get_talk": ("GET", "/api/v1/talks/{token}/"),
        "say_more": ("POST", "/api/v1/talks/{token}/"),
        "watch_talk": ("GET", "/api/v1/talks/{token}/events/"),
        "stop_talk": ("POST", "/api/v1/talks/{token}/stop/"),
        "note_talk": ("PUT", "/api/v1/talks/{token}/note/"),
        "undo_vote": ("POST", "/api/v1/battles/{token}/undo/"),
    }


def test_every_operation_says_what_it_does_and_how_it_refuses(schema):
    for key, operation in operations(schema).items():
        assert operation["description"].endswith("."), key
        assert operation["tags"] in (["contests"], ["leaderboards"], ["voting"], ["exports"], ["staff"]), key
        assert ("404" in operation["responses"]) is (key[1] not in ALWAYS_THERE), key
        for parameter in operation.get("parameters", []):
            assert parameter["in"] == "path" or parameter["description"], (key, parameter["name"])


def test_voting_is_described_as_needing_a_token(schema):
    for key, operation in operations(schema).items():
        voting = operation["tags"] in (["voting"], ["staff"])
        assert ({} in operation["security"]) is not voting, key
        assert ("401" in operation["responses"]) is voting, key
        assert {"tokenAuth": []} in operation["security"], key


def test_statuses_of_a_vote_are_described(schema):
    vote = operations(schema)["POST", "/api/v1/battles/{token}/vote/"]
    assert set(vote["responses"]) == {"200", "201", "400", "401", "404", "409"}


def as_json_schema(part: Any) -> Any:
    """Return a part of an OpenAPI 3.0 description in the words of JSON Schema, every unnamed field forbidden."""
    if isinstance(part, list):
        return [as_json_schema(item) for item in part]
    if not isinstance(part, dict):
        return part
    told = {name: as_json_schema(value) for name, value in part.items()}
    if told.get("type") == "object" and "properties" in told:
        told["additionalProperties"] = False
    if told.pop("nullable", False):
        told = {"anyOf": [told, {"type": "null"}]}
    return told


def check(schema: dict[str, Any], path: str, answer: Any, method: str = "get") -> None:
    """Fail where an answer is not as its description says."""
    content = schema["paths"][path][method]["responses"][str(answer.status_code)]["content"]
    assert answer["Content-Type"] in content
    rules = as_json_schema(deepcopy(content["application/json"]["schema"]))
    jsonschema.validate(answer.json(), {**rules, "components": as_json_schema(schema["components"])})


def test_what_is_read_is_as_described(client, schema):
    contest = make_voted_arena()
    make_contestant(contest, "Newcomer", sampling={"top_p": 0.5})
    refresh_contest(contest)
    for door in ("", "{slug}/", "{slug}/leaderboard/", "{slug}/votes/"):
        path = f"/api/v1/contests/{door}"
        check(schema, path, client.get(path.format(slug="tea")))
        if door:
            check(schema, path, client.get(path.format(slug="none")))
    check(schema, "/api/v1/contests/{slug}/votes/", client.get("/api/v1/contests/tea/votes/?page_size=3"))
    check(schema, "/api/v1/contests/{slug}/votes/", client.get("/api/v1/contests/tea/votes/?page_size=x"))


def test_what_is_voted_is_as_described(schema):
    make_voted_arena()
    program = make_program()
    opened = program.post("/api/v1/contests/tea/battles/")
    check(schema, "/api/v1/contests/{slug}/battles/", opened, "post")
    battle = "/api/v1/battles/{token}/"
    here = battle.format(token=opened.json()["token"])
    check(schema, battle, program.get(here))
    check(schema, f"{battle}vote/", program.post(f"{here}vote/", {"outcome": "?"}, format="json"), "post")
    for _ in range(2):
        check(schema, f"{battle}vote/", program.post(f"{here}vote/", {"outcome": "TIE"}, format="json"), "post")
    check(schema, battle, program.get(here))
    check(schema, f"{battle}skip/", program.post(f"{here}skip/"), "post")
    check(schema, battle, program.get(battle.format(token="none")))
    check(schema, battle, APIClient().get(here))


def test_outcomes_are_a_closed_list(schema):
    components = schema["components"]["schemas"]
    assert components["OutcomeEnum"]["enum"] == ["A", "B", "TIE", "BOTH_BAD"]


def test_numbers_of_rows_are_described_nowhere(schema):
    for name, component in schema["components"]["schemas"].items():
        for field, told in component.get("properties", {}).items():
            assert (field, told.get("type")) != ("id", "integer"), name


@pytest.mark.parametrize("kind", ["application/vnd.oai.openapi", "application/vnd.oai.openapi+json"])
def test_the_description_is_served_as_yaml_and_as_json(client, schema, kind):
    answer = client.get("/api/v1/schema/", headers={"Accept": kind})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(kind)
    assert set(yaml.safe_load(answer.content)["paths"]) == set(schema["paths"])


def test_the_page_to_try_things_on_loads_nothing_from_elsewhere(client):
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    sources = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert sources
    assert all(source.startswith(("/", "?")) and not source.startswith("//") for source in sources)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


def test_styles_of_their_own_are_allowed_on_that_page_alone(client):
    answer = client.get("/api/v1/docs/")
    parts = [part.strip() for part in answer["Content-Security-Policy"].split(";")]
    assert "style-src 'self' 'unsafe-inline'" in parts
    assert "script-src 'self'" in parts
    for address in ("/", "/api/v1/contests/", "/api/v1/schema/"):
        assert "unsafe-inline" not in client.get(address)["Content-Security-Policy"]


def test_the_script_of_that_page_is_ours(client):
    page = client.get("/api/v1/docs/").content.decode()
    (script,) = [source for source in re.findall(r'<script[^>]*src="([^"]+)"', page) if "script" in source]
    answer = client.get(script.replace("&amp;", "&"))
    assert answer.status_code == 200
    assert "javascript" in answer["Content-Type"]
    assert "/api/v1/schema/" in answer.content.decode()
