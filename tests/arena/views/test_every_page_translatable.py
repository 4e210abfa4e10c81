"""Every page that the addresses know, whoever asks for it, has no word that is English alone.

The list of pages is that of the addresses: a page that nobody wrote down here makes these tests fail.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from arena.models import Battle, LiveState, Rater
from arena.services.consents import accept_terms
from arena.services.leaderboards import refresh_contest
from arena.services.logins import make_login_link
from arena.services.raters import identify_account
from arena.services.terms import publish_terms
from tests.arena.views.marked import expect_no_word_outside
from tests.factories import make_arena, make_invitation, make_live, make_staff, make_talk, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SECRET: Final = "quite a long passphrase"
FILES: Final = {"arena:my_data", "arena:leaderboard_csv", "arena:live_events", "arena:talk_events", "arena:health"}
"""Doors for programs: what they say follows no language."""
UNUSED: Final = {
    "account_request_reauthentication_code",
    "account_confirm_reauthentication_code",
    "account_confirm_login_code",
}
"""Doors that lead elsewhere, as long as the installation sends no codes."""
OWN_NAMES: Final = ("alice", "alice@example.org", "ada", "Admin")
"""Names of people, and of the one page for staff that stays English."""


def named(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, list[str]]]:
    """Return the name of each address for readers and what its address holds."""
    for item in resolver.url_patterns:
        if isinstance(item, URLPattern):
            yield f"{space}{item.name}", list(item.pattern.regex.groupindex)
        elif item.namespace not in ("admin", "api"):
            yield from named(item, f"{item.namespace}:" if item.namespace else space)


PAGES: Final = dict(named(get_resolver()))


class Scene:
    """An installation with something behind every address, and three who look at it."""

    def __init__(self, visitor: Client) -> None:
        self.contest = make_arena(live=True)
        refresh_contest(self.contest)
        self.visitor = visitor
        visitor.post("/contests/tea/battles/")
        self.battle = Battle.objects.get()
        self.live = make_live(self.contest, rater=Rater.objects.get(), state=LiveState.CLOSED)
        self.alice, self.ada = make_user(password=SECRET, email="alice@example.org"), make_staff()
        # Who came by a link alone is asked for a first password.
        self.ada.set_unusable_password()
        self.ada.save()
        self.address = EmailAddress.objects.create(user=self.alice, email=self.alice.email, primary=True)
        self.talk = make_talk(self.contest, self.ada)
        self.invitation = make_invitation(self.contest)
        publish_terms("Tee")
        accept_terms(identify_account(self.alice), 1)

    def readers(self) -> list[Client]:
        """Return a browser that has a battle open, an account, and staff."""
        found = [self.visitor]
        for user in (self.alice, self.ada):
            who = Client(HTTP_ACCEPT_LANGUAGE="de")
            who.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            found.append(who)
        return found

    def where(self, name: str) -> str:
        """Return the address of a page about what stands in this scene."""
        token = {
            "battle": self.battle.token,
            "vote": self.battle.token,
            "live": self.live.token,
            "talk": self.talk.token,
            "invitation": self.invitation.token,
        }
        uid, once = make_login_link(self.ada)
        special = {
            "arena:login_once": {"uid": uid, "token": once},
            "account_confirm_email": {"key": EmailConfirmationHMAC(self.address).key},
            "account_reset_password_from_key": {
                "uidb36": user_pk_to_url_str(self.alice),
                "key": default_token_generator.make_token(self.alice),
            },
        }
        subject = name.removeprefix("arena:").split("_")[0]
        general = {"slug": self.contest.slug, "token": token.get(subject, "")}
        holes = special.get(name) or {hole: general[hole] for hole in PAGES[name]}
        return reverse(name, kwargs=holes)


@pytest.fixture
def scene(reader: Client) -> Scene:
    return Scene(reader)


def is_page(answer: Any) -> bool:
    return answer.headers["Content-Type"].startswith("text/html") and bool(answer.content)


@pytest.mark.parametrize("name", PAGES)
def test_no_word_of_it_is_english_alone(scene, name):
    answers = [who.get(scene.where(name), follow=True) for who in scene.readers()]
    pages = [answer for answer in answers if is_page(answer)]
    for page in pages:
        expect_no_word_outside(page, *OWN_NAMES)
    writes_only = all(answer.status_code == 405 for answer in answers)
    reached = any(page.status_code == 200 and page.resolver_match.view_name == name for page in pages)
    assert reached != (writes_only or name in FILES | UNUSED)
