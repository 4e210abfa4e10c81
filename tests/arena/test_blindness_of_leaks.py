"""Before the vote nothing tells who wrote what, even where the responses themselves say it, in whatever code."""

import base64
import codecs
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from arena.integrity.leaks import MARK
from arena.models import Battle, Contest, Contestant, Response
from arena.queries.leaks import leaks_of
from arena.services.leaks import find_all_leaks
from tests.arena.test_blindness import ANIMALS, NUMBER, answer, enter, everything, number_rows_from_far, token_of, words
from tests.factories import make_contest, make_program, make_prompt

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def codes(text: str) -> Iterator[str]:
    """Return a text in clear and in every code in which it might pass."""
    plain = text.encode()
    yield from (text, text[::-1], quote(text, safe=""), codecs.encode(text, "rot13"), plain.hex())
    yield base64.b64encode(plain).decode().rstrip("=")
    yield base64.urlsafe_b64encode(plain).decode().rstrip("=")
    yield "".join(f"&#{ord(sign)};" for sign in text)
    yield from (hashlib.new(method, plain).hexdigest() for method in ("md5", "sha1", "sha256"))


def confession(contestant: Contestant) -> str:
    """Return a response that tells who wrote it in every way that is looked for."""
    name, model, maker = contestant.name, contestant.model, contestant.organisation
    told = [f"I am {name}.", f"My name is {contestant.slug}", f"I was trained by {maker}.", f"My model is {model}."]
    told += [
        f"```python\n# I am {name}\nmodel = '{model}'\n```",
        f"[home](https://example.org/{model}/?by=1)",
        f"`{name}`",
    ]
    told += [f"- {code}" for text in (name, model) for code in codes(text)]
    told += [
        f"| {name} |",
        f"<!-- {name} -->",
        f'<a title="{name}">',
        f"{' '.join(name.split()[0])}",
        f"Sincerely,\n{name}",
    ]
    return "\n\n".join(told)


@pytest.fixture(params=[False, True], ids=["not looked through", "looked through"])
def contest(request: Any) -> Contest:
    """Three contestants that tell their names in all their responses."""
    number_rows_from_far()
    contest = make_contest("zoo", name="The zoo")
    cast = [enter(contest, animal) for animal in ANIMALS]
    for _ in range(2):
        prompt = make_prompt(contest, "Say something.")
        for contestant in cast:
            answer(prompt, contestant, confession(contestant))
    if request.param:
        find_all_leaks()
    return contest


def secrets(contest: Contest) -> set[str]:
    """Return what nobody may find out, in every code: all that is known of contestants, and the numbers of rows."""
    told = set()
    for row in contest.contestants.all():
        known = (
            row.name,
            row.slug,
            row.model,
            row.model.rpartition("/")[2],
            row.organisation,
            row.provider,
            row.licence,
        )
        told |= {*known, row.public_id, str(row.pk), row.description, row.system_prompt, *words(row.sampling)}
    for response in contest.responses.all():
        told |= {response.public_id, str(response.pk)}
    told = {text for text in told if len(text) > 5}
    return {code.casefold() for text in told for code in codes(text)} | {animal.casefold() for animal in ANIMALS}


def assert_blind(contest: Contest, reply: Any) -> None:
    seen = everything(reply).decode().casefold()
    assert [secret for secret in secrets(contest) if secret in seen] == []
    assert NUMBER.decode() not in seen


def test_the_responses_do_tell(contest):
    """The searches below are worth nothing if there is nothing to be hidden."""
    for response in Response.objects.select_related("contestant"):
        found = [secret for secret in secrets(contest) if secret in response.text.casefold()]
        assert len(found) > 20
        assert len(leaks_of(response)) > 20


def test_no_page_on_the_way_to_the_vote_tells(client, contest):
    for address in ("/", "/contests/zoo/", "/contests/zoo/battles/none/"):
        assert_blind(contest, client.get(address))
    for headers in ({}, {"HX-Request": "true"}):
        assert_blind(contest, client.post("/contests/zoo/battles/", headers=headers))
    token = token_of(client)
    for method in (client.get, client.head, client.options, client.post, client.delete):
        for headers in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
            assert_blind(contest, method(f"/battles/{token}/", headers=headers))
    page = client.get(f"/battles/{token}/").content.decode()
    assert page.count(MARK) > 20


def test_no_refusal_and_no_skip_tells(client, contest):
    token = token_of(client)
    for said in ({}, {"outcome": "?"}, {"outcome": "A", "comment": "x" * 2001}):
        assert_blind(contest, client.post(f"/battles/{token}/vote/", said))
    stranger = Client()
    assert_blind(contest, stranger.get(f"/battles/{token}/"))
    for address, said in (("skip/", {}), ("vote/", {"outcome": "A"}), ("skip/", {})):
        assert_blind(contest, client.post(f"/battles/{token}/{address}", said))
        assert_blind(contest, client.get(f"/battles/{token}/"))


def test_no_program_is_told_before_its_vote(contest):
    program = make_program()
    opened = program.post("/api/v1/contests/zoo/battles/")
    assert_blind(contest, opened)
    assert opened.json()["response_a"].count(MARK) > 20
    here = f"/api/v1/battles/{opened.json()['token']}/"
    for method in (program.get, program.head, program.options, program.post, program.delete):
        assert_blind(contest, method(here))
    for said in ({}, {"outcome": "?"}, {"outcome": "A", "tags": ["?"]}):
        assert_blind(contest, program.post(f"{here}vote/", said, format="json"))
    assert_blind(contest, program.post(f"{here}skip/"))
    assert_blind(contest, program.get(here))


def test_after_the_vote_the_whole_text_is_shown_and_what_was_hidden_is_told(client, contest):
    token = token_of(client)
    assert_blind(contest, client.post(f"/battles/{token}/vote/", {"outcome": "TIE"}))
    page = client.get(f"/battles/{token}/").content.decode()
    battle = Battle.objects.get(token=token)
    for contestant in (battle.contestant_a, battle.contestant_b):
        assert f"I am {contestant.name}." in page
    assert page.count("This response named its author; it was hidden before the vote.") == 2
    program = make_program()
    here = f"/api/v1/battles/{program.post('/api/v1/contests/zoo/battles/').json()['token']}/"
    told = program.post(f"{here}vote/", {"outcome": "A"}, format="json").json()
    assert (told["named_a"], told["named_b"]) == (True, True)
    assert told["response_a"] == Battle.objects.get(token=told["token"]).response_a.text
