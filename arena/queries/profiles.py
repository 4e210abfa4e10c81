"""What a rater said to be able to judge, beside what a contest asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from arena.models import Contest, PromptState, Rater


@dataclass(frozen=True, slots=True)
class Choice:
    """One language or category of a contest; `chosen` if the rater said to read it, or to be at home in it."""

    key: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class RaterProfile:
    """What a contest's prompts ask of a rater. A list of fewer than two leaves nothing to choose and is empty."""

    languages: Sequence[Choice]
    categories: Sequence[Choice]

    @property
    def asks(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.languages or self.categories)


def reads(rater: Rater, language: str) -> bool:
    """Return whether a rater reads a language; every one where the rater said nothing.

    Languages are compared by their first part: whoever reads en reads en-GB.
    """
    if not rater.languages:
        return True
    return _first_part(language) in {_first_part(known) for known in rater.languages}


def _first_part(language: object) -> str:
    return str(language).split("-")[0].lower()


def rater_profile(contest: Contest, rater: Rater | None) -> RaterProfile:
    """Return what a rater may say about this contest, and what was said before; nobody has said nothing yet."""
    languages = sorted(
        set(contest.prompts.filter(state=PromptState.GOOD).order_by().values_list("language", flat=True))
    )
    categories = list(contest.categories.order_by("name").values_list("id", "slug", "name"))
    reads = None if rater is None else rater.languages
    home = set() if rater is None else set(rater.expertise.filter(contest=contest).values_list("id", flat=True))
    return RaterProfile(
        languages=[Choice(one, one, not reads or one in reads) for one in languages] if len(languages) > 1 else [],
        categories=[Choice(slug, name, key in home) for key, slug, name in categories] if len(categories) > 1 else [],
    )
