"""The demo: two contests that need no network, their leaderboards, terms and an admin."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.contrib.auth.models import User

from arena.exchange.formats import read_bundle
from arena.models import Contest
from arena.queries.terms import current_terms
from arena.services.imports import import_bundle
from arena.services.leaderboards import Refresh, refresh_contest
from arena.services.progress import Progress
from arena.services.simulations import load_simulation
from arena.services.terms import publish_terms

SMALL_MODEL: Final = "small-model"
SIMULATION: Final = "simulation"
FIXTURE: Final = Path(__file__).resolve().parent.parent / "fixtures" / "small-model.jsonl.gz"
TERMS: Final = FIXTURE.parent / "sample-terms.md"
ADMIN: Final = "admin"


@dataclass(frozen=True, slots=True)
class Demo:
    """What is ready: the contests, what became of their boards, and the admin's account."""

    contests: tuple[Contest, ...]
    refreshes: tuple[Refresh, ...]
    admin: User


def prepare_demo(progress: Progress | None = None) -> Demo:
    """Load the demo contests, publish their leaderboards and make sure that there is an admin.

    Repeating it changes nothing but the boards that new votes call for.
    """
    contests = (
        import_bundle(read_bundle(FIXTURE, "native"), slug=SMALL_MODEL, progress=progress).contest,
        load_simulation(SIMULATION, progress).contest,
    )
    if current_terms() is None:
        # A sample to look at: whoever tries the demo votes at once.
        publish_terms(TERMS.read_text(encoding="utf-8"), asks_consent=False)
    refreshes = tuple(refresh for contest in contests for refresh in refresh_contest(contest))
    return Demo(contests, refreshes, _ensure_admin())


def _ensure_admin() -> User:
    admin, created = User.objects.get_or_create(username=ADMIN, defaults={"is_staff": True, "is_superuser": True})
    if created:
        # Logs in by a one-time link; whoever wants a password sets one in the admin.
        admin.set_unusable_password()
        admin.save(update_fields=["password"])
    return admin
