"""Who votes: find or create the rater behind an account, a browser, a judge or an import."""

from django.contrib.auth.models import User

from arena.models import Judge, Rater, RaterKind


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
