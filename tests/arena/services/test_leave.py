"""Whoever leaves is gone, all of them or nothing; votes stay without a person, or are withdrawn for good."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.test import Client
from rest_framework.authtoken.models import Token

from arena.models import (
    Battle,
    BattleReport,
    BattleState,
    LiveBattle,
    LiveState,
    PromptState,
    Rater,
    ReportKind,
    Vote,
    VoteCorrection,
)
from arena.services.accounts import adopt_browser
from arena.services.errors import BattleClosed, RaterLeft, ServiceError
from arena.services.leaving import BLANK, GONE, WITHDRAWN, find_person, leave
from arena.services.raters import declare_profile, hold_rater, identify_account, identify_browser
from arena.services.reports import report_problem
from arena.services.votes import cast_vote, remark_on_vote, restore_vote, void_vote
from tests.factories import (
    make_arena,
    make_battle,
    make_category,
    make_live,
    make_prompt,
    make_rater,
    make_response,
    make_staff,
    make_talk,
    make_user,
    make_vote,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def contest():
    return make_arena(live=True)


@pytest.fixture
def alice(contest):
    """An account with everything: votes with comments, a joined browser, a report, a profile, a token, a session."""
    user = make_user(email="alice@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Token.objects.create(user=user)
    Client().force_login(user)
    rater = identify_account(user)
    make_vote(make_battle(contest, rater), "A", comment="My name is Alice.")
    browser = identify_browser("a-key")
    make_vote(make_battle(contest, browser, prompt=contest.prompts.order_by("id")[1]), "B", comment="It is I.")
    adopt_browser(user, "a-key")
    report_problem(Battle.objects.first().token, Battle.objects.first().rater, ReportKind.OTHER, "Call me: Alice.")
    rater.languages = ["en"]
    rater.save()
    rater.expertise.add(make_category(contest))
    return user


def typed(contest, rater, state=LiveState.READY) -> LiveBattle:
    """A live battle of a rater with its prompt, responses and battle."""
    prompt = make_prompt(contest, "I am Alice. How long?", slug="live-x", state=PromptState.SUSPECT)
    pair = [
        make_response(prompt, who, f"Dear Alice, {who.name}.", turns=[{"role": "user", "content": "I am Alice."}])
        for who in contest.contestants.order_by("id")[:2]
    ]
    battle = make_battle(contest, rater, prompt=prompt, responses=pair)
    turns = [{"user": prompt.text, "a": pair[0].text, "b": pair[1].text}]
    return make_live(contest, rater=rater, asked=prompt.text, turns=turns, state=state, battle=battle)


def go(user, withdraw=False):
    return leave(Rater.objects.filter(user=user).first(), user, withdraw=withdraw)


@pytest.mark.parametrize("withdraw", [False, True])
def test_nothing_leads_to_a_person_who_left(alice, withdraw):
    go(alice, withdraw)
    for model in (User, EmailAddress, Token, Session):
        assert not model.objects.exists(), model
    assert Rater.objects.count() == 2
    for rater in Rater.objects.all():
        assert (rater.user, rater.browser_key, rater.joined, rater.languages) == (None, None, None, None)
        assert rater.left_at is not None
        assert not rater.expertise.exists()
    assert set(Vote.objects.values_list("comment", flat=True)) == {""}
    assert BattleReport.objects.get().text == ""


def test_votes_stay_without_a_person(alice):
    assert go(alice) == 0
    assert Vote.objects.filter(voided_at__isnull=True).count() == 2
    assert not VoteCorrection.objects.exists()


def test_votes_that_are_withdrawn_are_void_and_seen_to_be(alice):
    assert go(alice, withdraw=True) == 2
    assert set(Vote.objects.values_list("void_reason", flat=True)) == {WITHDRAWN}
    assert list(VoteCorrection.objects.values_list("verb", "by", "reason")) == 2 * [("void", None, WITHDRAWN)]


def test_nobody_restores_a_withdrawn_vote_whoever_had_voided_it(alice):
    ada = make_staff()
    before = Vote.objects.first()
    void_vote(before, ada, "Looked odd.")
    assert go(alice, withdraw=True) == 1
    for vote in Vote.objects.all():
        assert restore_vote(vote, ada, "By mistake.") is False
    assert not Vote.objects.filter(voided_at__isnull=True).exists()


def test_votes_of_whoever_left_with_them_staying_can_be_voided_and_restored(alice):
    go(alice)
    vote = Vote.objects.first()
    assert void_vote(vote, None, "Looked odd.")
    assert restore_vote(vote, None, "It was not.")


def test_typed_prompts_are_blanked_with_the_votes_and_stay_without(contest, alice):
    live = typed(contest, identify_account(alice))
    go(alice, withdraw=True)
    live.refresh_from_db()
    prompt = live.battle.prompt
    assert (live.asked, live.turns, prompt.text, prompt.state) == (BLANK, [], BLANK, PromptState.JUNK)
    assert set(prompt.responses.values_list("text", "turns")) == {(BLANK, None)}
    assert contest.prompts.exclude(pk=prompt.pk).filter(state=PromptState.GOOD).count() == 2


def test_typed_prompts_stay_where_the_votes_stay(contest, alice):
    live = typed(contest, identify_account(alice))
    go(alice)
    live.refresh_from_db()
    assert live.battle.prompt.text == live.asked == "I am Alice. How long?"


def test_what_waits_for_a_vote_is_closed(contest, alice):
    rater = identify_account(alice)
    battle, live = make_battle(contest, rater), make_live(contest, rater=rater)
    go(alice)
    battle.refresh_from_db()
    live.refresh_from_db()
    assert (battle.state, live.state) == (BattleState.EXPIRED, LiveState.CLOSED)
    with pytest.raises(BattleClosed):
        cast_vote(battle.token, rater, "A")


def test_nothing_is_written_for_somebody_who_left(contest, alice):
    rater, vote = identify_account(alice), Vote.objects.order_by("id").first()
    go(alice)
    token = vote.battle.token
    writes = (
        lambda: remark_on_vote(token, rater, tags=[], comment="I am back."),
        lambda: report_problem(token, rater, ReportKind.OTHER, "I am back."),
        lambda: declare_profile(rater, contest, ["en"], []),
        lambda: hold_rater(rater),
    )
    for write in writes:
        with pytest.raises(RaterLeft):
            write()
    assert set(Vote.objects.values_list("comment", flat=True)) == {""}


def test_a_browser_leaves_as_an_account_does(contest):
    rater = identify_browser("a-key")
    make_vote(make_battle(contest, rater), comment="Mine.")
    assert leave(rater, None, withdraw=True) == 1
    assert identify_browser("a-key") != rater


def test_others_stay(contest, alice):
    bob = make_user("bob")
    vote = make_vote(make_battle(contest, identify_account(bob)), comment="Mine.")
    go(alice, withdraw=True)
    vote.refresh_from_db()
    assert (vote.comment, vote.voided_at, identify_account(bob).left_at) == ("Mine.", None, None)


@pytest.mark.parametrize("rights", [{"is_staff": True}, {"is_superuser": True}])
def test_staff_do_not_leave_by_a_press(contest, alice, rights):
    for name, value in rights.items():
        setattr(alice, name, value)
    alice.save()
    with pytest.raises(ServiceError, match="runs the installation"):
        go(alice, withdraw=True)
    assert Vote.objects.filter(voided_at__isnull=True, comment__gt="").count() == 2


def test_whoever_signed_work_as_staff_is_refused_and_nothing_is_half_done(alice):
    void_vote(Vote.objects.first(), alice, "In another life.")
    with pytest.raises(ServiceError, match="signed with its name"):
        go(alice, withdraw=True)
    assert User.objects.get() == alice
    assert Session.objects.count() == 1
    assert Rater.objects.filter(left_at__isnull=True).count() == 2
    assert Vote.objects.filter(comment__gt="").count() == 2
    assert Vote.objects.filter(voided_at__isnull=True).count() == 1


def test_a_rater_that_is_no_person_does_not_leave():
    with pytest.raises(ServiceError, match="no person"):
        leave(make_rater("simulated"), None, withdraw=False)


def test_an_account_that_never_voted_leaves_too():
    assert leave(None, make_user(), withdraw=True) == 0
    assert not User.objects.exists()


def test_a_person_is_found_by_name_address_and_id(alice):
    rater = identify_account(alice)
    joined = rater.browsers.get()
    for name in ("alice", "alice@example.org", "Alice@example.org", rater.public_id, joined.public_id):
        assert find_person(name) == (rater, alice)
    with pytest.raises(ServiceError, match="no account and no rater"):
        find_person("bob")
    User.objects.create_user("second", email="alice@example.org")
    with pytest.raises(ServiceError, match="2 accounts"):
        find_person("alice@example.org")


def line_about(of, by: User, name: str) -> LogEntry:
    """A line of the admin's log."""
    kind = ContentType.objects.get_for_model(of)
    return LogEntry.objects.create(
        user=by, content_type=kind, object_id=str(of.pk), object_repr=name, action_flag=CHANGE, change_message=name
    )


def test_the_log_of_the_admin_names_nobody_who_left(alice):
    ada = make_staff()
    about = [line_about(alice, ada, "alice"), line_about(EmailAddress.objects.get(), ada, "alice@example.org")]
    other = line_about(ada, ada, "ada")
    go(alice)
    assert [
        (row.object_repr, row.change_message) for row in LogEntry.objects.filter(pk__in=[one.pk for one in about])
    ] == [(GONE, "")] * 2
    other.refresh_from_db()
    assert other.object_repr == "ada"


def test_what_an_account_once_did_in_the_admin_is_not_deleted_with_it(alice):
    line_about(make_staff(), alice, "Counts in full again: an expert")
    with pytest.raises(ServiceError, match="did work as staff"):
        go(alice)
    assert LogEntry.objects.exists()
    assert User.objects.filter(pk=alice.pk).exists()
    assert not Rater.objects.filter(left_at__isnull=False).exists()


@pytest.mark.parametrize("withdraw", [False, True])
def test_talks_of_a_former_member_of_staff_belong_to_nobody_and_are_blanked_with_the_votes(contest, alice, withdraw):
    talk = make_talk(contest, alice, asked="I am Alice.", note="Alice likes it.")
    other = make_talk(contest, make_staff(), note="Mine.")
    go(alice, withdraw)
    talk.refresh_from_db()
    answer = talk.answers.order_by("id").first()
    assert talk.staff is None
    assert (talk.asked, talk.note) == ((BLANK, "") if withdraw else ("I am Alice.", "Alice likes it."))
    assert ((answer.asked, answer.text) == (BLANK, BLANK)) is withdraw
    other.refresh_from_db()
    assert other.note == "Mine."
