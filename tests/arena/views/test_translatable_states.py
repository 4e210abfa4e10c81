"""No word of a page's own is English alone in whatever state people meet it: refused, invited, too fast, calibrating."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from arena.limits import TooMany
from arena.models import Audience, Battle, Contest, ContestKind, Talk, Voters
from arena.services.leaderboards import refresh_contest
from arena.services.terms import publish_terms
from tests.arena.views.marked import expect_no_word_outside
from tests.factories import (
    make_arena,
    make_contest,
    make_criterion,
    make_group,
    make_invitation,
    make_known_pair,
    make_staff,
    make_talk,
    make_user,
    make_voted_arena,
)
from tests.support.pseudo import BEGIN, END, words_outside

pytestmark = [pytest.mark.django_db]

SECRET = "quite a long passphrase"
ALICE = {"email": "alice@example.org", "password1": SECRET, "password2": SECRET}
NAMES = ("alice", "alice@example.org", "ada", "Admin", "Tee")


def vote(reader: Client, outcome: str = "A", **said: Any) -> Any:
    """Open a battle and vote on it; return the page that follows."""
    reader.post("/contests/tea/battles/")
    battle = Battle.objects.latest("id")
    return reader.post(f"/battles/{battle.token}/vote/", {"outcome": outcome, **said}, follow=True)


# --- Accounts ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "fields",
    [{}, {"email": "nonsense"}, {"password1": "short", "password2": "short"}, {"password2": "another passphrase"}],
)
def test_signing_up(reader, fields):
    expect_no_word_outside(reader.post("/accounts/signup/", {**ALICE, **fields}, follow=True), *NAMES, "nonsense")


def test_signing_up_where_nobody_may(reader, settings):
    settings.SIGN_UP = "closed"
    expect_no_word_outside(reader.get("/accounts/signup/"))
    expect_no_word_outside(reader.get("/accounts/login/"))


def test_addresses_that_are_confirmed_by_mail(reader, settings):
    settings.EMAIL_URL, settings.ACCOUNT_EMAIL_VERIFICATION = "smtp://mail.example.org", "mandatory"
    expect_no_word_outside(reader.post("/accounts/signup/", ALICE, follow=True), *NAMES)
    expect_no_word_outside(reader.get("/accounts/password/reset/"))
    expect_no_word_outside(reader.post("/accounts/password/reset/", {"email": ALICE["email"]}, follow=True), *NAMES)
    expect_no_word_outside(reader.get("/accounts/confirm-email/nothing/"))
    expect_no_word_outside(reader.get("/accounts/password/reset/key/nothing-x/", follow=True))
    for letter in mail.outbox:
        assert BEGIN in letter.subject
        assert words_outside(re.sub(rf"http://[^\s{END}]+", "", letter.body), NAMES) == []


def test_logging_in_and_out(reader):
    make_user(password=SECRET)
    for password in ("wrong", SECRET):
        said = {"login": "alice", "password": password}
        expect_no_word_outside(reader.post("/accounts/login/", said, follow=True), *NAMES)
    wrong = {"oldpassword": "wrong", "password1": "new", "password2": "newer"}
    expect_no_word_outside(reader.post("/accounts/password/change/", wrong, follow=True), *NAMES)
    expect_no_word_outside(reader.post("/accounts/email/", {"action_add": "", "email": "x"}, follow=True), *NAMES)
    expect_no_word_outside(reader.post("/accounts/logout/", follow=True), *NAMES)


def test_too_many_attempts(reader, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    answers = [reader.post("/accounts/signup/", {"email": "x"}) for _ in range(2)]
    assert answers[1].status_code == 429
    expect_no_word_outside(answers[1])


# --- Terms and leaving -------------------------------------------------------------------------------
def test_terms_from_asking_to_a_new_version(reader):
    make_arena()
    expect_no_word_outside(reader.get("/terms/"))
    publish_terms("Tee")
    expect_no_word_outside(reader.post("/contests/tea/battles/", follow=True))
    expect_no_word_outside(reader.post("/contests/tea/consent/", {"version": "7"}, follow=True))
    expect_no_word_outside(reader.post("/contests/tea/consent/", {"version": "1"}, follow=True))
    expect_no_word_outside(reader.get("/terms/"))
    expect_no_word_outside(reader.get("/me/account/"))


def test_what_was_typed_without_consent(reader):
    make_arena(live=True)
    publish_terms("Tee")
    expect_no_word_outside(reader.post("/contests/tea/live/", {"prompt": "Tee"}))


@pytest.mark.parametrize("votes", ["stay", "withdraw"])
def test_leaving(reader, votes):
    make_arena()
    expect_no_word_outside(reader.get("/me/leave/", follow=True))
    vote(reader)
    expect_no_word_outside(reader.get("/me/account/"))
    for said in ({}, {"votes": "burn", "sure": "on"}, {"votes": votes, "sure": "on"}):
        expect_no_word_outside(reader.post("/me/leave/", said, follow=True), "burn")


def test_leaving_as_staff(reader):
    reader.force_login(make_staff())
    expect_no_word_outside(reader.post("/me/leave/", {"votes": "stay", "sure": "on"}), *NAMES)


# --- Who may see and vote ----------------------------------------------------------------------------
@pytest.mark.parametrize("voters", [Voters.ACCOUNTS, Voters.MEMBERS])
def test_who_may_not_vote_is_told(reader, voters):
    make_arena(voters=voters, live=True)
    for answer in (reader.get("/contests/tea/"), reader.post("/contests/tea/battles/", follow=True)):
        assert f"{BEGIN}Voting in this contest" in answer.content.decode()
        expect_no_word_outside(answer)
    expect_no_word_outside(reader.get("/contests/tea/live/", follow=True))
    expect_no_word_outside(reader.post("/contests/tea/live/", {"prompt": "Tee"}, follow=True))


def test_lists_say_who_sees_a_contest(reader):
    for audience in Audience:
        make_arena(slug=f"tea-{audience.value}", audience=audience)
    reader.force_login(make_staff())
    expect_no_word_outside(reader.get("/"), *NAMES)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(days=1)},
        {"most_uses": 1, "uses": 1},
    ],
)
def test_invitations(reader, fields):
    contest = make_arena(audience=Audience.MEMBERS)
    invitation = make_invitation(contest, group=make_group("panel", contest), **fields)
    where = f"/invitations/{invitation.token}/"
    for _ in range(2):
        expect_no_word_outside(reader.get(where))
        expect_no_word_outside(reader.post(where, follow=True))
    reader.force_login(make_user())
    expect_no_word_outside(reader.get(where), *NAMES)


def test_invitations_that_lead_nowhere(reader):
    draft, elsewhere = make_contest(state="draft"), make_contest("coffee")
    lost = make_invitation(elsewhere, group=make_group())
    for token in (make_invitation(draft).token, lost.token, "nothing"):
        expect_no_word_outside(reader.get(f"/invitations/{token}/"))


@pytest.mark.parametrize("seconds", [5, 600, 80_000])
def test_too_much_in_a_short_time(reader, monkeypatch, seconds):
    def refuse(*_: Any) -> None:
        raise TooMany(seconds)

    monkeypatch.setattr("arena.views.battles.count", refuse)
    make_arena()
    answer = reader.post("/contests/tea/battles/")
    assert f"{BEGIN}That was a lot" in answer.content.decode()
    expect_no_word_outside(answer)
    swapped = reader.post("/contests/tea/battles/", headers={"HX-Request": "true"})
    assert words_outside(swapped.content.decode(), []) == []


# --- Quality of votes --------------------------------------------------------------------------------
@pytest.mark.parametrize("well", [True, False])
def test_a_calibration_round(reader, well):
    contest = make_arena(contestants=3, prompts=6, calibration_pairs=2, calibration_share=1)
    for prompt in contest.prompts.order_by("id")[:5]:
        make_known_pair(contest, prompt=prompt, rationale="Darum.")
    expect_no_word_outside(reader.get("/contests/tea/"))
    for _ in range(3):
        expect_no_word_outside(reader.post("/contests/tea/battles/", follow=True))
        battle = Battle.objects.latest("id")
        pair = contest.known_pairs.filter(prompt=battle.prompt_id).first()
        first = pair is None or battle.response_a_id == pair.better_id
        said = {"outcome": "A" if first == well else "B"}
        expect_no_word_outside(reader.post(f"/battles/{battle.token}/vote/", said, follow=True))
    expect_no_word_outside(reader.get("/contests/tea/"))
    expect_no_word_outside(reader.get("/me/"))
    for _ in range(2):
        expect_no_word_outside(reader.post("/contests/tea/calibration/", follow=True))
    contest.known_pairs.all().delete()
    expect_no_word_outside(reader.post("/contests/tea/calibration/", follow=True))


@pytest.mark.parametrize("outcome", ["A", "TIE", "BOTH_BAD"])
@pytest.mark.parametrize("reference", ["Tee", "Etwas"])
def test_prompts_with_one_right_answer(reader, outcome, reference):
    contest = make_arena(kind=ContestKind.CORRECTNESS, prompts=2, live=True)
    contest.prompts.update(reference=reference, tests=["Tee"])
    contest.prompts.first().responses.update(text="Tee")
    expect_no_word_outside(reader.post("/contests/tea/battles/", follow=True))
    expect_no_word_outside(vote(reader, outcome))
    Contest.objects.update(correctness_apart=True)
    expect_no_word_outside(reader.get("/contests/tea/"))
    expect_no_word_outside(reader.post("/contests/tea/battles/", follow=True))


def test_criteria_and_what_voters_said(reader):
    contest = make_voted_arena(prompts=5)
    expect_no_word_outside(vote(reader, tags=["correct", "wrong"]))
    refresh_contest(contest)
    page = reader.get("/contests/tea/leaderboard/")
    assert f"{BEGIN}What voters said" in page.content.decode()
    expect_no_word_outside(page)
    for tone in ("positive", "negative", "neutral"):
        make_criterion(contest, f"tee-{tone}", name="Tee", tone=tone)
    expect_no_word_outside(reader.post("/contests/tea/battles/", follow=True))
    expect_no_word_outside(vote(reader, tags=[f"tee-{tone}" for tone in ("positive", "negative", "neutral")]))
    refresh_contest(contest)
    expect_no_word_outside(reader.get("/contests/tea/leaderboard/"))


def test_reports(reader):
    make_arena()
    reader.post("/contests/tea/battles/")
    where = f"/battles/{Battle.objects.get().token}/report/"
    for said in ({"kind": "identity_leak"}, {"kind": "other", "text": "x" * 3000}):
        expect_no_word_outside(reader.post(where, said, follow=True))


# --- Talks -------------------------------------------------------------------------------------------
def test_talks_of_staff(reader):
    contest, ada = make_arena(), make_staff()
    reader.force_login(ada)
    talk = make_talk(contest, ada)
    talk.answers.update(completion_tokens=1200, latency_ms=1500, logprob_sum=-2.0, logprob_tokens=4, logprob_bytes=9)
    where = f"/talks/{talk.token}/"
    expect_no_word_outside(reader.get(where), *NAMES)
    expect_no_word_outside(reader.post("/contests/tea/talks/", {"first": "nobody", "prompt": "Tee"}), *NAMES, "nobody")
    expect_no_word_outside(reader.post("/contests/tea/talks/", {"first": "", "prompt": ""}), *NAMES)
    for said in ({"preference": "A"}, {"preference": "C"}, {"note": "x" * 501}):
        expect_no_word_outside(reader.post(f"{where}note/", said, follow=True), *NAMES, "BOTH_BAD", "TIE")
    expect_no_word_outside(reader.post(f"{where}say/", {"prompt": ""}, follow=True), *NAMES)
    Talk.objects.update(state="writing", asked="Tee", beat_at=timezone.now())
    expect_no_word_outside(reader.get(where), *NAMES)
    expect_no_word_outside(reader.post(f"{where}say/", {"prompt": "Tee"}, follow=True), *NAMES)
    Talk.objects.update(beat_at=timezone.now() - timedelta(hours=1))
    expect_no_word_outside(reader.get(where), *NAMES)
