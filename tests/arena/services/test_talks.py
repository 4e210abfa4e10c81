"""Talks of staff: one contestant or two, turn by turn, names known; whole turns or none."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from arena.models import LiveState, Talk, TalkAnswer
from arena.queries.live import ALIVE_FOR
from arena.queries.spending import contest_is_spent, spent_providers
from arena.queries.talks import MOST_TURNS, talk_page
from arena.services.errors import NoBattleLeft, ServiceError, TalkBusy
from arena.services.talk_writing import write_talk
from arena.services.talks import close_left_talks, note_preference, say_more, start_talk, stop_talk
from tests.arena.services.live_cast import hurry, make_live_contest, served
from tests.factories import make_live, make_staff, make_talk
from tests.support.endpoint import Reply, streamed

pytestmark = [pytest.mark.django_db, pytest.mark.database]

GREEN, BLACK = streamed("Two", " minutes."), streamed("Four minutes.")
FAILING = Reply({"error": {"message": "overloaded"}}, 503)
BOTH = ("green", "black")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr("arena.services.talk_writing.TICK", 0.01)
    monkeypatch.setattr("arena.services.talk_writing.WRITE_SECONDS", 3.0)


@pytest.fixture
def staff() -> Any:
    return make_staff()


def written(talk: Talk) -> Talk:
    """Write the turn that was asked for to its end."""
    write_talk(talk.pk)
    talk.refresh_from_db()
    return talk


def answers(talk: Talk) -> list[tuple[int, str, str]]:
    return [(row.turn, row.contestant.slug, row.text) for row in talk.answers.order_by("turn", "id")]


def test_two_answer_side_by_side_in_the_order_that_was_chosen(settings, staff):
    contest = make_live_contest()
    with served(settings, green=[GREEN], black=[BLACK]) as asked:
        talk = written(start_talk(contest, staff, ("green", "black"), " How long? "))
    assert (talk.state, talk.asked, talk.trouble) == (LiveState.READY, "", "")
    assert answers(talk) == [(0, "green", "Two minutes."), (0, "black", "Four minutes.")]
    assert asked["green"].asked[0]["messages"] == [{"role": "user", "content": "How long?"}]
    page = talk_page(talk, timezone.now())
    assert [name for _, name in page.writers] == ["Green", "Black"]
    assert [side.name for side in page.turns[0].answers] == ["Green", "Black"]


def test_each_goes_on_with_its_own_history(settings, staff):
    with served(settings, green=[GREEN, streamed("No.")], black=[BLACK, streamed("Yes.")]) as asked:
        talk = written(start_talk(make_live_contest(), staff, BOTH, "How long?"))
        written(say_more(talk, "And then?"))
    sent = asked["black"].asked[1]["messages"]
    assert [message["content"] for message in sent] == ["How long?", "Four minutes.", "And then?"]
    assert answers(talk)[2:] == [(1, "green", "No."), (1, "black", "Yes.")]


def test_one_alone_is_a_direct_talk(settings, staff):
    with served(settings, green=[GREEN], black=[BLACK]) as asked:
        talk = written(start_talk(make_live_contest(), staff, ("green",), "How long?"))
    assert answers(talk) == [(0, "green", "Two minutes.")]
    assert asked["black"].asked == []
    page = talk_page(talk, timezone.now())
    assert (page.may_note, page.outcomes) == (False, [])
    with pytest.raises(ServiceError, match="between two"):
        note_preference(talk, "A")


@pytest.mark.parametrize("fault", [FAILING, streamed("Two", finished=False)])
def test_what_fails_is_told_and_may_be_asked_again(settings, staff, fault):
    with served(settings, green=[fault, GREEN], black=[BLACK]):
        talk = written(start_talk(make_live_contest(), staff, BOTH, "How long?"))
        assert (talk.state, talk.asked, talk.answers.count()) == (LiveState.READY, "How long?", 0)
        assert talk.trouble.startswith("Green: The endpoint")
        written(say_more(talk))
    assert (talk.asked, talk.trouble) == ("", "")
    assert answers(talk) == [(0, "green", "Two minutes."), (0, "black", "Four minutes.")]


def test_a_stop_keeps_what_was_shown(settings, staff):
    slow = streamed(*["word "] * 200, pause=0.02)
    with served(settings, green=[slow], black=[BLACK]), pytest.MonkeyPatch.context() as patch:
        talk = start_talk(make_live_contest(), staff, BOTH, "Talk.")

        def stop() -> None:
            if Talk.objects.exclude(shown_a="").exclude(shown_b="").filter(pk=talk.pk).exists():
                stop_talk(talk)

        patch.setattr("arena.services.talk_writing.give_back_connection", stop)
        written(talk)
    green, black = talk.answers.order_by("id")
    assert (green.finish_reason, green.completion_tokens, black.finish_reason) == ("stopped", None, "stop")
    assert 0 < len(green.text) < 1000


def test_a_stop_before_there_was_anything_keeps_the_message(settings, staff):
    with served(settings, green=[Reply(late=True)], black=[BLACK]):
        talk = start_talk(make_live_contest(), staff, BOTH, "Talk.")
        stop_talk(talk)
        written(talk)
    assert (talk.state, talk.asked, talk.answers.count()) == (LiveState.READY, "Talk.", 0)
    assert "Stopped" in talk.trouble


def test_a_process_that_died_leaves_the_message_to_be_asked_again(settings, staff):
    with served(settings, green=[GREEN], black=[BLACK]):
        talk = start_talk(make_live_contest(), staff, BOTH, "How long?")
        with pytest.raises(TalkBusy):
            say_more(talk, "And?")
        late = timezone.now() + ALIVE_FOR + timedelta(seconds=1)
        assert "ended" in talk_page(talk, late).message
        assert (close_left_talks(), close_left_talks(late), close_left_talks(late)) == (0, 1, 0)
        talk.refresh_from_db()
        written(say_more(talk))
    assert talk.answers.count() == 2


def test_who_was_paused_may_be_asked_and_who_is_retired_or_has_no_endpoint_may_not(settings, staff):
    contest = make_live_contest(("Green", "Black", "White"))
    contest.contestants.filter(slug="green").update(state="paused")
    contest.contestants.filter(slug="black").update(state="retired")
    with served(settings, green=[GREEN], black=[BLACK]):
        assert start_talk(contest, staff, ("green",), "Hello?")
        for slug in ("black", "white", "nobody"):
            with pytest.raises(ServiceError, match=f"'{slug}' cannot be asked"):
                start_talk(contest, staff, (slug,), "Hello?")


@pytest.mark.parametrize(
    ("cast", "text"), [((), "Hello?"), (("green", "green"), "Hello?"), (("green", "black", "green"), "Hi"), (BOTH, " ")]
)
def test_what_cannot_be_asked_is_refused_and_leaves_nothing(settings, staff, cast, text):
    with served(settings, green=[GREEN], black=[BLACK]), pytest.raises(ServiceError):
        start_talk(make_live_contest(), staff, cast, text)
    assert not Talk.objects.exists()


def test_a_talk_is_of_so_many_turns(settings, staff):
    contest = make_live_contest()
    talk = make_talk(contest, staff)
    row = TalkAnswer.objects.filter(talk=talk)[0]
    for turn in range(1, MOST_TURNS):
        TalkAnswer.objects.create(talk=talk, turn=turn, contestant=row.contestant, asked="x", text="x")
    assert not talk_page(talk, timezone.now()).may_say_more
    with pytest.raises(ServiceError, match="at most"):
        say_more(talk, "More?")


def test_talks_and_live_battles_share_what_is_written_at_the_same_time(settings, staff):
    contest = make_live_contest()
    make_live(contest)
    settings.LIVE_AT_ONCE = 1
    with served(settings, green=[GREEN], black=[BLACK]), pytest.raises(ServiceError, match="Many answers"):
        start_talk(contest, staff, BOTH, "Hello?")


def test_talks_spend_what_the_contest_and_its_providers_may_spend(settings, staff):
    contest = make_live_contest(dollars_a_day=0.003)
    talk = make_talk(contest, staff)
    talk.answers.filter(contestant__slug="green").update(prompt_tokens=1000, completion_tokens=1000)
    now = timezone.now()
    assert contest_is_spent(contest, now)
    assert spent_providers({"green": {"dollars_a_day": 0.003}, "black": {"dollars_a_day": 0.003}}, now) == {"green"}
    with served(settings, green=[GREEN], black=[BLACK]), pytest.raises(NoBattleLeft, match="spent"):
        start_talk(contest, staff, BOTH, "Hello?")


def test_a_preference_is_noted_and_taken_back(staff):
    talk = make_talk(make_live_contest(), staff)
    note_preference(talk, "B", " Shorter. ")
    talk.refresh_from_db()
    assert (talk.preference, talk.note) == ("B", "Shorter.")
    for wrong in (("C", ""), ("A", "x" * 501)):
        with pytest.raises(ServiceError):
            note_preference(talk, *wrong)
    note_preference(talk, "")
    talk.refresh_from_db()
    assert (talk.preference, talk.note) == ("", "")


def test_an_account_that_goes_leaves_its_talks_to_the_admin(staff):
    talk = make_talk(make_live_contest(), staff)
    staff.delete()
    talk.refresh_from_db()
    assert (talk.staff, talk.answers.count()) == (None, 2)
