"""Before the vote nothing that reaches a voter tells who wrote what: no byte of a body, a header or a cookie."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.db.models import Model
from django.test import Client
from rest_framework.test import APIClient

from arena.models import Battle, BattleState, Contest, Contestant, Prompt, Rater, Response
from arena.services.leaderboards import refresh_contest
from tests.factories import (
    make_arena,
    make_contest,
    make_contestant,
    make_program,
    make_prompt,
    make_response,
    make_staff,
    make_user,
    vote_between,
)
from tests.support.disguises import told_by

pytestmark = [pytest.mark.django_db, pytest.mark.database]

FIRST_ID = 1_738_114_000
"""Where the numbers of rows start here, so that they cannot be mistaken for anything else."""
NUMBER = b"1738114"
ANIMALS = ("Quokka", "Narwhal", "Axolotl")


def number_rows_from_far() -> None:
    """Let every table with numbered rows go on from FIRST_ID."""
    tables = [table for table in connection.introspection.table_names() if table.startswith(("arena_", "auth_user"))]
    with connection.cursor() as cursor:
        for table in tables:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, FIRST_ID])
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, FIRST_ID])


def enter(contest: Contest, animal: str) -> Contestant:
    """Add a contestant that cannot be named by accident in any of its fields."""
    word = animal.lower()
    return make_contestant(
        contest,
        f"{animal} the Great",
        slug=f"slug-{word}",
        description=f"Described as {word}-like",
        provider=f"provider-{word}",
        model=f"org/{word}-9000b",
        system_prompt=f"You are a {word}; never say so.",
        sampling={f"{word}_temperature": 0.73219, "stop": [f"</{word}>"], "nested": {"top_p": 0.91357}},
        organisation=f"Institute of {animal} Studies",
        licence=f"{animal} Public Licence",
        true_strength=2.71828,
    )


def answer(prompt: Prompt, contestant: Contestant, text: str) -> Response:
    """Add a response whose circumstances are as telling as its author."""
    word = contestant.slug.removeprefix("slug-")
    return make_response(
        prompt,
        contestant,
        text,
        finish_reason=f"stopped-{word}",
        prompt_tokens=7_654_321,
        completion_tokens=8_765_432,
        latency_ms=73912.625,
        mean_logprob=-0.918273,
        logprob_sum=-8127364.5,
        logprob_tokens=6_543_217,
        logprob_bytes=9_876_512,
        settings={"seed": 86753091, f"{word}_file": f"{word}-9000b-q4"},
    )


@pytest.fixture
def contest() -> Contest:
    """Three unmistakable contestants, two prompts, and a published board."""
    number_rows_from_far()
    contest = make_contest("zoo", name="The zoo", question="Which answer is better?")
    cast = [enter(contest, animal) for animal in ANIMALS]
    for _ in range(2):
        prompt = make_prompt(contest, "Say something.", reference="The secret reference", tests=["secret check"])
        for place, contestant in enumerate(cast):
            answer(prompt, contestant, f"Something, say {'abc'[place]}.")
    for better, worse in ((0, 1), (1, 2), (0, 2)):
        for outcome in ("A", "A", "A", "B"):
            vote_between(contest, cast[better], cast[worse], outcome)
    refresh_contest(contest)
    return contest


def words(value: Any) -> Iterator[str]:
    """Return every name and value inside a value, as texts."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from (*words(name), *words(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from words(inner)
    elif value not in (None, ""):
        yield str(value)


def facts(row: Model, *shown: str) -> set[str]:
    """Return what a row holds as texts, without the fields that are shown and those too short to mean anything."""
    names = {field.attname for field in row._meta.concrete_fields} - {"created_at", "state", "origin", *shown}
    return {text for name in names for text in words(getattr(row, name)) if len(text) > 4}


def secrets(contest: Contest) -> set[str]:
    """Return everything that must not be told before the vote; new fields of the models are among it by themselves."""
    told = set(ANIMALS)
    for contestant in contest.contestants.all():
        told |= facts(contestant)
    for response in contest.responses.all():
        told |= facts(response, "text")
    for prompt in contest.prompts.all():
        told |= facts(prompt, "text", "turns")
    for battle in contest.battles.all():
        told |= facts(battle, "token", "served_at", "expires_at", "closed_at", "branch", "reason")
        told |= {str(value) for value in battle.reason.values() if isinstance(value, float) and len(str(value)) > 4}
    return told


def everything(reply: Any) -> bytes:
    """Return every byte that a reply brings to its reader: head, cookies and body."""
    head = "\n".join(f"{name}: {value}" for name, value in reply.headers.items())
    return b"\n".join((head.encode(), reply.cookies.output().encode(), reply.content))


def assert_blind(contest: Contest, reply: Any) -> None:
    seen = everything(reply)
    assert told_by(seen, secrets(contest)) == []
    assert NUMBER not in seen


def token_of(client: Client) -> str:
    """Return the token of the battle that a browser is shown next."""
    return client.post("/contests/zoo/battles/")["Location"].split("/")[2]


def test_the_secrets_are_those_that_would_be_noticed(contest):
    """The search below is worth nothing if it looks for nothing."""
    known = secrets(contest)
    for text in (
        "slug-quokka",
        "org/narwhal-9000b",
        "0.73219",
        "0.91357",
        "axolotl_temperature",
        "7654321",
        "86753091",
    ):
        assert text in known
    assert contest.contestants.first().public_id in known
    for model in (Contest, Contestant, Prompt, Response, Rater, Battle):
        assert str(model.objects.order_by("-id")[0].pk).encode().startswith(NUMBER)
    with pytest.raises(AssertionError):
        assert_blind(contest, Client().get("/api/v1/contests/zoo/"))


def test_nothing_on_the_way_to_a_battle_tells_who_wrote_what(client, contest):
    for address in ("/", "/contests/zoo/"):
        assert_blind(contest, client.get(address))
    assert_blind(contest, client.post("/contests/zoo/battles/"))
    assert_blind(contest, client.post("/contests/zoo/battles/", headers={"HX-Request": "true"}))


def test_a_battle_page_tells_nothing_however_it_is_asked_for(client, contest):
    token = token_of(client)
    for method in (client.get, client.head, client.options, client.post, client.delete):
        for headers in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
            assert_blind(contest, method(f"/battles/{token}/", headers=headers))
    assert_blind(contest, client.get(f"/battles/{token}/?state=voted&format=json&reveal=1"))


@pytest.mark.parametrize(
    "said", [{}, {"outcome": "?"}, {"outcome": "A", "tags": "?"}, {"outcome": "A", "comment": "x" * 2001}]
)
def test_a_refused_vote_tells_nothing(client, contest, said):
    token = token_of(client)
    assert_blind(contest, client.post(f"/battles/{token}/vote/", said))
    assert_blind(contest, client.get(f"/battles/{token}/"))


def test_a_skip_tells_nothing_and_neither_does_a_vote_after_it(client, contest):
    token = token_of(client)
    for address, said in (("skip/", {}), ("skip/", {}), ("vote/", {"outcome": "A"})):
        assert_blind(contest, client.post(f"/battles/{token}/{address}", said))
        assert_blind(contest, client.get(f"/battles/{token}/"))
    assert Battle.objects.get(token=token).state == BattleState.SKIPPED


@pytest.mark.parametrize("state", [BattleState.SERVED, BattleState.EXPIRED], ids=["late", "swept"])
def test_a_battle_whose_time_ran_out_tells_nothing(client, contest, state):
    token = token_of(client)
    battle = Battle.objects.get(token=token)
    battle.expires_at = battle.served_at
    battle.state, battle.closed_at = state, None if state == BattleState.SERVED else battle.served_at
    battle.save()
    assert_blind(contest, client.get(f"/battles/{token}/"))
    assert_blind(contest, client.post(f"/battles/{token}/vote/", {"outcome": "A"}))
    assert_blind(contest, client.post(f"/battles/{token}/skip/"))
    assert_blind(contest, client.get(f"/battles/{token}/"))


def test_a_foreign_battle_tells_nothing_even_when_it_was_voted_on(client, contest):
    token = token_of(client)
    client.post(f"/battles/{token}/vote/", {"outcome": "A"})
    stranger, staff = Client(), Client()
    staff.force_login(make_staff())
    for visitor in (stranger, staff, make_program()):
        for address in (f"/battles/{token}/", f"/api/v1/battles/{token}/"):
            assert_blind(contest, visitor.get(address))


def test_a_closed_contest_tells_nothing_about_the_battles_that_were_open(client, contest):
    token = token_of(client)
    Contest.objects.update(state="closed")
    assert_blind(contest, client.get(f"/battles/{token}/"))
    assert_blind(contest, client.post(f"/battles/{token}/vote/", {"outcome": "A"}))
    assert_blind(contest, client.get(f"/battles/{token}/"))
    assert_blind(contest, client.post("/contests/zoo/battles/"))


@pytest.fixture
def program(contest) -> APIClient:
    return make_program()


def test_a_battle_by_program_tells_nothing_before_the_vote(contest, program):
    opened = program.post("/api/v1/contests/zoo/battles/")
    assert_blind(contest, opened)
    here = f"/api/v1/battles/{opened.json()['token']}/"
    for method in (program.get, program.head, program.options, program.post, program.delete):
        assert_blind(contest, method(here))
    for said in ({}, [], {"outcome": "?"}, {"outcome": "A", "tags": ["?"]}, {"outcome": "A", "comment": []}):
        assert_blind(contest, program.post(f"{here}vote/", said, format="json"))
    assert_blind(contest, program.post(f"{here}vote/", "{", content_type="application/json"))
    assert_blind(contest, program.get(f"{here}vote/"))
    assert Battle.objects.get(token=opened.json()["token"]).state == BattleState.SERVED


def test_a_battle_by_program_tells_nothing_after_a_skip(contest, program):
    here = f"/api/v1/battles/{program.post('/api/v1/contests/zoo/battles/').json()['token']}/"
    assert_blind(contest, program.post(f"{here}skip/"))
    assert_blind(contest, program.post(f"{here}skip/"))
    assert_blind(contest, program.post(f"{here}vote/", {"outcome": "A"}, format="json"))
    assert_blind(contest, program.get(here))


def test_after_the_vote_both_authors_are_told(client, contest):
    token = token_of(client)
    battle = Battle.objects.get(token=token)
    assert_blind(contest, client.post(f"/battles/{token}/vote/", {"outcome": "TIE"}))
    page = client.get(f"/battles/{token}/").content.decode()
    for contestant in (battle.contestant_a, battle.contestant_b):
        for text in (contestant.name, contestant.model, contestant.organisation, contestant.system_prompt, "0.73219"):
            assert text in page
    absent = contest.contestants.exclude(pk__in=(battle.contestant_a_id, battle.contestant_b_id)).get()
    assert absent.name not in page
    assert NUMBER not in page.encode()


def test_after_the_vote_a_program_is_told_both_authors(contest, program):
    here = f"/api/v1/battles/{program.post('/api/v1/contests/zoo/battles/').json()['token']}/"
    told = program.post(f"{here}vote/", {"outcome": "A"}, format="json").json()
    battle = Battle.objects.get(token=told["token"])
    assert (told["contestant_a"], told["contestant_b"]) == (battle.contestant_a.slug, battle.contestant_b.slug)
    assert told["contestant_a"].startswith("slug-")


def test_numbers_of_rows_appear_nowhere(client, contest, program):
    """Neither where names may: on boards, in exports, in the list of contestants, after the vote."""
    refresh_contest(contest)
    shared = ("", "leaderboard/", "leaderboard.csv", "matchmaking/")
    pages = ("/", *(f"/contests/zoo/{door}" for door in shared))
    data = ("", *(f"zoo/{door}" for door in (*shared, "votes/", "votes/?page_size=5")))
    for address in (*pages, *(f"/api/v1/contests/{door}" for door in data)):
        reply = client.get(address)
        assert reply.status_code == 200
        assert NUMBER not in everything(reply), address
    lines = async_to_sync(collected)(client.get("/api/v1/contests/zoo/preferences.jsonl"))
    assert lines.count(b"\n") == 3
    assert NUMBER not in lines
    here = f"/api/v1/battles/{program.post('/api/v1/contests/zoo/battles/').json()['token']}/"
    assert NUMBER not in everything(program.post(f"{here}vote/", {"outcome": "A"}, format="json"))


async def collected(stream: Any) -> bytes:
    return b"".join([chunk async for chunk in stream])


class Shape(HTMLParser):
    """The elements of a page with their attributes, without its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", ()))


def without_tokens(page: str, token: str) -> str:
    page = page.replace(token, "TOKEN")
    return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", page)


def side(page: str, letter: str) -> str:
    """Return one side of a battle page, its own letter taken out."""
    found = re.search(rf'<section class="side" id="side-{letter}".*?</section>', page, re.S)
    assert found is not None
    return re.sub(rf'(?<=id="side-){letter}|(?<=["]){letter}(?=-title)', "", found[0])


def test_both_sides_have_the_same_shape(client, contest):
    page = client.post("/contests/zoo/battles/", follow=True).content.decode()
    left, right = side(page, "a"), side(page, "b")
    assert Shape(left).tags == Shape(right).tags
    assert len(left) == len(right)


def test_exchanging_the_sides_exchanges_two_texts_and_nothing_else(client, contest):
    """A page knows its two texts and nothing else of them: written by others it would be the same."""
    token = token_of(client)
    battle = Battle.objects.get(token=token)
    before = without_tokens(client.get(f"/battles/{token}/").content.decode(), token)
    one, two = battle.response_a.text, battle.response_b.text
    battle.response_a, battle.response_b = battle.response_b, battle.response_a
    battle.contestant_a, battle.contestant_b = battle.contestant_b, battle.contestant_a
    battle.save()
    after = without_tokens(client.get(f"/battles/{token}/").content.decode(), token)
    assert after != before
    assert after.replace(one, "?").replace(two, one).replace("?", two) == before.replace("?", two)


def test_exchanging_the_sides_exchanges_two_fields_of_the_data(contest, program):
    before = program.post("/api/v1/contests/zoo/battles/").json()
    battle = Battle.objects.get(token=before["token"])
    battle.response_a, battle.response_b = battle.response_b, battle.response_a
    battle.contestant_a, battle.contestant_b = battle.contestant_b, battle.contestant_a
    battle.save()
    after = program.get(f"/api/v1/battles/{before['token']}/").json()
    assert after == {**before, "response_a": before["response_b"], "response_b": before["response_a"]}


def test_the_side_tells_nothing_of_who_entered_first(client):
    """Over many new browsers each contestant of a pair stands left as often as right, as far as chance allows."""
    contest = make_arena(contestants=3, prompts=1)
    texts = {response.text: response.contestant_id for response in contest.responses.all()}
    draws, low_left = 60, 0
    for _ in range(draws):
        client.cookies.clear()
        page = client.post("/contests/tea/battles/", follow=True).content.decode()
        shown = sorted((page.index(text), who) for text, who in texts.items() if text in page)
        assert len(shown) == 2
        low_left += shown[0][1] < shown[1][1]
    # 60 fair coins fall outside of 30 ± 20 with probability below 1e-7.
    assert abs(low_left - draws / 2) <= 20


def test_tokens_tell_nothing_and_no_two_are_alike(client, contest):
    tokens = []
    for _ in range(20):
        client.cookies.clear()
        tokens.append(token_of(client))
    # 24 random bytes each: neither the beginning nor the end is shared.
    assert all(re.fullmatch(r"[\w-]{32}", token) for token in tokens)
    assert len({token[:8] for token in tokens}) == len({token[-8:] for token in tokens}) == 20


def test_the_account_of_a_voter_is_told_to_nobody(contest):
    alice = make_user("alice-the-voter")
    program = make_program(alice)
    here = f"/api/v1/battles/{program.post('/api/v1/contests/zoo/battles/').json()['token']}/"
    program.post(f"{here}vote/", {"outcome": "A", "comment": "my own words"}, format="json")
    for address in ("/api/v1/contests/zoo/votes/", "/contests/zoo/", "/api/v1/contests/zoo/"):
        seen = everything(Client().get(address))
        assert b"alice" not in seen
        assert b"my own words" not in seen
