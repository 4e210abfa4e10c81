"""How a response was written is told after the vote, in the admin and in exports; what is unknown stays unknown."""

import math

import pytest

from arena.exchange.native import read_native, write_native
from arena.models import Battle
from arena.queries.exports import export_bundle
from arena.queries.likelihood import response_facts
from arena.queries.spending import dollars_of
from arena.services.imports import import_bundle
from tests.factories import (
    make_arena,
    make_contest,
    make_contestant,
    make_program,
    make_prompt,
    make_response,
    make_staff,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LIKELIHOOD = {
    "mean_logprob": -math.log(4),
    "logprob_sum": -6 * math.log(4),
    "logprob_tokens": 6,
    "logprob_bytes": 24,
}
COST = {"finish_reason": "stop", "prompt_tokens": 1000, "completion_tokens": 2000, "latency_ms": 12.5}


def test_perplexity_and_bits_per_byte_follow_from_what_is_stored():
    contest = make_arena(2, 1)
    response = contest.responses.all()[0]
    for name, value in {**LIKELIHOOD, **COST}.items():
        setattr(response, name, value)
    facts = response_facts(response)
    # Six even choices among four are twelve bits, for 24 bytes.
    assert (facts["perplexity"], facts["bits_per_byte"]) == (pytest.approx(4.0), pytest.approx(0.5))
    assert {name: facts[name] for name in COST} == COST


def test_what_nobody_told_is_unknown():
    facts = response_facts(make_arena(2, 1).responses.all()[0])
    assert facts.pop("finish_reason") == ""
    assert set(facts.values()) == {None}


def test_dollars_are_known_where_tokens_and_prices_are():
    contest = make_contest()
    prompt = make_prompt(contest)
    known = make_contestant(contest, "Green", prompt_price=1.0, completion_price=2.0)
    assert dollars_of(make_response(prompt, known, **COST)) == pytest.approx(0.005)
    assert dollars_of(make_response(prompt, make_contestant(contest, "Black"), **COST)) is None
    assert dollars_of(make_response(make_prompt(contest), known)) is None


def test_a_program_is_told_after_the_vote_and_not_before():
    contest = make_arena(2, 1)
    contest.responses.update(**LIKELIHOOD, **COST)
    program = make_program()
    begun = program.post("/api/v1/contests/tea/battles/").json()
    assert (begun["facts_a"], begun["facts_b"]) == (None, None)
    token = Battle.objects.get().token
    program.post(f"/api/v1/battles/{token}/vote/", {"outcome": "A"}, format="json")
    told = program.get(f"/api/v1/battles/{token}/").json()
    for facts in (told["facts_a"], told["facts_b"]):
        assert (facts["completion_tokens"], facts["perplexity"]) == (2000, pytest.approx(4.0))


def test_what_is_stored_leaves_with_the_contest_and_arrives_with_it(tmp_path):
    contest = make_arena(2, 1)
    contest.responses.update(**LIKELIHOOD)
    write_native(export_bundle(contest), tmp_path / "tea.jsonl")
    copy = import_bundle(read_native(tmp_path / "tea.jsonl"), slug="copy").contest
    for response in copy.responses.all():
        assert response_facts(response)["bits_per_byte"] == pytest.approx(0.5)


def test_the_admin_tells_it(client):
    contest = make_arena(2, 1)
    contest.responses.update(**LIKELIHOOD, **COST)
    client.force_login(make_staff())
    page = client.get(f"/admin/arena/response/{contest.responses.all()[0].pk}/change/").content.decode()
    for words in ("perplexity", "4.000", "bits per byte", "0.500", "2000"):
        assert words in page.replace("Perplexity", "perplexity").replace("Bits per byte", "bits per byte")
