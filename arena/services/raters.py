"""Who votes: find or create the rater behind an account, a browser, a judge or an import."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from arena.models import Contest, Judge, Rater, RaterKind
from arena.services.errors import RaterLeft, ServiceError


def identify_account(user: User) -> Rater:
    """Return the rater of an account, created at its first battle."""
    rater, _ = Rater.objects.get_or_create(user=user, defaults={"kind": RaterKind.HUMAN})
    return rater


def identify_browser(browser_key: str) -> Rater:
    """Return the rater of an anonymous browser by the random key in its signed cookie."""
    rater, _ = Rater.objects.get_or_create(browser_key=browser_key, defaults={"kind": RaterKind.HUMAN})
    return rater


def enrol_judge(judge: Judge) -> Rater:
    """Return the rater as which a judge votes."""
    rater, _ = Rater.objects.get_or_create(judge=judge, defaults={"kind": RaterKind.JUDGE})
    return rater


def enrol_external(key: str, kind: RaterKind) -> Rater:
    """Return the rater known elsewhere by `key`: an imported person or a simulated one."""
    rater, _ = Rater.objects.get_or_create(external_key=key, defaults={"kind": kind})
    return rater


def hold_rater(rater: Rater) -> None:
    """Lock a rater until the transaction ends, so that nothing is written for somebody who is leaving.

    Raises RaterLeft if the person is gone.
    """
    held = Rater.objects.select_for_update(no_key=True).only("left_at").get(pk=rater.pk)
    if held.left_at is not None:
        raise RaterLeft


def declare_profile(rater: Rater, contest: Contest, languages: Collection[str], categories: Collection[str]) -> None:
    """Write down which of a contest's languages a rater reads, and in which of its categories they are at home.

    What was said of other contests stays. Prompts in other languages are not shown from then on; prompts of the
    categories are shown more often.

    Parameters
    ----------
    languages, categories : tags and slugs; those that the contest does not have are passed over.

    Raises
    ------
    ServiceError
        If none of several languages is left: no prompt could be shown.
    """
    offered = set(contest.prompts.order_by().values_list("language", flat=True))
    read = offered & set(languages)
    if len(offered) > 1 and not read:
        raise ServiceError(_("Choose at least one language that you read, else there is nothing to show you."))
    with transaction.atomic():
        hold_rater(rater)
        if len(offered) > 1:
            rater.languages = sorted((set(rater.languages or ()) - offered) | read)
            rater.save(update_fields=["languages"])
        rater.expertise.remove(*rater.expertise.filter(contest=contest))
        rater.expertise.add(*contest.categories.filter(slug__in=categories))
