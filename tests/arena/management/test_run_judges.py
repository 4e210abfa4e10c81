"""AI judges vote from the command line: both orders, every call kept, interruptions harmless."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from arena.management.progress import BarProgress
from arena.models import Battle, BattleState, ContestState, JudgeCall, JudgeKind, RaterKind, Vote
from tests.factories import make_arena, make_judge
from tests.support.endpoint import Reply, completion, scripted_endpoint

pytestmark = [pytest.mark.django_db]

BUSY = Reply({"error": {"message": "the model is being loaded"}}, status=503, headers={"Retry-After": "0"})
FIRST = completion("It is clearer.\nVERDICT: A")
SECOND = completion("It is clearer.\nVERDICT: B")


@pytest.fixture
def lab(settings):
    """Return a function that makes an endpoint the provider `lab`."""

    def point(endpoint):
        settings.VERSUS_PROVIDERS = {"lab": {"base_url": endpoint.base_url, "timeout": 10}}
        return endpoint

    return point


@pytest.fixture
def contest():
    """Return a contest with two pairs to judge: two contestants on two prompts."""
    return make_arena(contestants=2, prompts=2)


def chat_judge(slug: str = "careful-judge", **fields):
    return make_judge(slug, JudgeKind.CHAT, provider="lab", model="m", **fields)


def judge(*options: str, slug: str = "careful-judge") -> None:
    call_command("run_judges", "--contest", "tea", "--judge", slug, *options)


def test_a_judge_that_keeps_to_its_choice_votes_on_every_battle(contest, lab, capsys):
    chat_judge()
    with scripted_endpoint(FIRST, SECOND, SECOND, FIRST) as endpoint:
        lab(endpoint)
        judge()
    assert Vote.objects.count() == Battle.objects.filter(rater__kind=RaterKind.JUDGE).count() == 2
    assert sorted(Vote.objects.values_list("outcome", flat=True)) == ["A", "B"]
    assert list(JudgeCall.objects.order_by("id").values_list("order", "verdict")) == [
        ("AB", "A"),
        ("BA", "A"),
        ("AB", "B"),
        ("BA", "B"),
    ]
    told = capsys.readouterr().out.strip()
    assert told.startswith("Careful Judge v1: 2 votes on 2 battles; orders disagreed on 0; 72 tokens.")
    assert "compared everything" in told


def test_a_judge_that_always_says_a_ties_and_is_found_out(contest, lab, capsys):
    chat_judge()
    with scripted_endpoint(FIRST) as endpoint:
        lab(endpoint)
        judge()
    assert set(Vote.objects.values_list("outcome", flat=True)) == {"TIE"}
    assert "orders disagreed on 2 (2 for whichever came first)" in capsys.readouterr().out


def test_no_more_battles_than_wanted_are_judged(contest, lab, capsys):
    chat_judge()
    with scripted_endpoint(FIRST, SECOND) as endpoint:
        lab(endpoint)
        judge("--battles", "1")
    assert len(endpoint.asked) == 2
    assert capsys.readouterr().out.strip() == (
        "Careful Judge v1: 1 votes on 1 battles; orders disagreed on 0; 36 tokens."
    )


def test_what_is_judged_is_not_judged_again(contest, lab, capsys):
    chat_judge()
    with scripted_endpoint(FIRST) as endpoint:
        lab(endpoint)
        judge()
        asked = len(endpoint.asked)
        capsys.readouterr()
        judge()
    assert asked == len(endpoint.asked) == 4
    assert "0 votes on 0 battles" in capsys.readouterr().out


def test_several_judges_vote_each_for_itself(contest, lab, capsys):
    chat_judge("first")
    chat_judge("second")
    with scripted_endpoint(FIRST) as endpoint:
        lab(endpoint)
        call_command("run_judges", "--contest", "tea", "--judge", "first", "--judge", "second", "--battles", "2")
    assert sorted(Vote.objects.values_list("battle__rater__judge__slug", flat=True)) == ["first"] * 2 + ["second"] * 2
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["First v1", "Second v1"]


def test_the_newest_active_version_judges(contest, lab, capsys):
    chat_judge()
    chat_judge(version=2)
    chat_judge(version=3, active=False)
    with scripted_endpoint(FIRST) as endpoint:
        lab(endpoint)
        judge()
    assert set(Vote.objects.values_list("battle__rater__judge__version", flat=True)) == {2}
    assert "Careful Judge v2" in capsys.readouterr().out


def test_a_judge_by_reference_needs_no_endpoint(contest, settings, capsys):
    settings.VERSUS_PROVIDERS = {}
    prompt = contest.prompts.order_by("id")[0]
    prompt.reference = prompt.responses.order_by("id")[0].text
    prompt.save()
    make_judge("overlap", JudgeKind.REFERENCE)
    judge(slug="overlap")
    vote = Vote.objects.get()
    assert vote.battle.prompt == prompt
    assert {"A": vote.battle.response_a, "B": vote.battle.response_b}[vote.outcome].text == prompt.reference
    assert "1 votes on 1 battles" in capsys.readouterr().out


def test_a_verdict_that_cannot_be_read_is_no_vote_and_is_told(contest, lab, capsys):
    chat_judge()
    with scripted_endpoint(completion("Both have their charm.")) as endpoint:
        lab(endpoint)
        judge("--battles", "2")
    assert Vote.objects.count() == 0
    assert set(Battle.objects.values_list("state", flat=True)) == {BattleState.SKIPPED}
    told = capsys.readouterr().out
    assert "0 votes on 2 battles" in told
    assert "2 failed, the first: battle" in told
    assert "no verdict in the required form" in told


def test_an_endpoint_that_is_gone_stops_the_judge_and_the_next_run_goes_on(contest, lab, capsys):
    chat_judge()
    with scripted_endpoint(FIRST, SECOND, BUSY) as endpoint:
        lab(endpoint)
        with pytest.raises(CommandError) as stopped:
            judge()
    assert "lab gives no answer" in str(stopped.value)
    assert "503" in str(stopped.value)
    assert str(stopped.value).endswith("What was judged stays; run again to go on.")
    assert "1 votes on 1 battles" in capsys.readouterr().out
    assert sorted(Battle.objects.values_list("state", flat=True)) == [BattleState.SERVED, BattleState.VOTED]
    with scripted_endpoint(FIRST, SECOND) as endpoint:
        lab(endpoint)
        judge()
    assert Vote.objects.count() == Battle.objects.count() == 2


def test_an_interruption_keeps_what_was_judged_and_the_next_run_goes_on(contest, lab, monkeypatch, capsys):
    chat_judge()

    def interrupt(self: BarProgress, n: int = 1) -> None:
        raise KeyboardInterrupt

    with scripted_endpoint(FIRST) as endpoint:
        lab(endpoint)
        with monkeypatch.context() as patch:
            patch.setattr(BarProgress, "advance", interrupt)
            with pytest.raises(CommandError, match=r"^Interrupted\. What was judged stays; run again to go on\.$"):
                judge()
        assert Vote.objects.count() == 1
        judge()
    assert Vote.objects.count() == 2
    assert len(endpoint.asked) == 4
    assert "1 votes on 1 battles" in capsys.readouterr().out


def test_an_interruption_between_the_orders_asks_only_for_what_is_missing(contest, lab, monkeypatch):
    chat_judge()
    kept = JudgeCall.objects.create

    def interrupt(**fields):
        if fields["order"] == "BA":
            raise KeyboardInterrupt
        return kept(**fields)

    with scripted_endpoint(FIRST, SECOND) as endpoint:
        lab(endpoint)
        with monkeypatch.context() as patch, pytest.raises(CommandError, match="Interrupted"):
            patch.setattr(JudgeCall.objects, "create", interrupt)
            judge("--battles", "1")
        assert (JudgeCall.objects.count(), Vote.objects.count()) == (1, 0)
        judge("--battles", "1")
    assert Battle.objects.count() == Vote.objects.count() == 1
    assert len(endpoint.asked) == 3, "the first order is not asked a second time"


def test_progress_is_told_on_standard_error(contest, lab, capsys):
    chat_judge()
    with scripted_endpoint(FIRST) as endpoint:
        lab(endpoint)
        judge("--battles", "2")
    told = capsys.readouterr()
    assert "Careful Judge v1 on tea" in told.err
    assert "2/2" in told.err


# --- What is refused -------------------------------------------------------------------------------
def test_an_unknown_contest_is_refused():
    with pytest.raises(CommandError, match="There is no contest 'tea'"):
        judge()


@pytest.mark.parametrize("there", ["nobody", "inactive"])
def test_a_judge_that_is_not_there_or_not_active_is_refused(contest, there):
    make_judge("inactive", active=False)
    with pytest.raises(CommandError, match=f"There is no active judge '{there}'"):
        judge(slug=there)


def test_every_judge_is_looked_up_before_the_first_one_votes(contest, lab):
    chat_judge("first")
    with scripted_endpoint(FIRST) as endpoint:
        lab(endpoint)
        with pytest.raises(CommandError, match="'second'"):
            call_command("run_judges", "--contest", "tea", "--judge", "first", "--judge", "second")
    assert endpoint.asked == []
    assert Battle.objects.count() == 0


def test_a_judge_whose_verdicts_are_imported_cannot_be_run(contest):
    make_judge("oracle", JudgeKind.IMPORTED)
    with pytest.raises(CommandError, match="'imported' cannot be run here; their verdicts are imported"):
        judge(slug="oracle")
    assert Battle.objects.count() == 0


def test_an_unknown_provider_is_refused_by_name(contest, settings):
    settings.VERSUS_PROVIDERS = {}
    chat_judge()
    with pytest.raises(CommandError, match="Unknown provider 'lab'"):
        judge()
    assert Battle.objects.count() == 0


def test_a_closed_contest_is_not_judged(contest, lab):
    contest.state = ContestState.CLOSED
    contest.save()
    chat_judge()
    with scripted_endpoint(FIRST) as endpoint:
        lab(endpoint)
        with pytest.raises(CommandError, match="The contest Tea takes no votes now"):
            judge()
    assert endpoint.asked == []


@pytest.mark.parametrize("battles", ["0", "-3", "many", "1.5"])
def test_a_number_of_battles_that_is_no_count_is_refused(contest, battles):
    chat_judge()
    with pytest.raises(CommandError, match="--battles"):
        judge("--battles", battles)


def test_at_least_one_judge_must_be_named(contest):
    with pytest.raises(CommandError, match="--judge"):
        call_command("run_judges", "--contest", "tea")
