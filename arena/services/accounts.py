"""What becomes of a browser's votes when its voter logs in."""

import uuid

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from arena.models import Rater


def adopt_browser(user: User, browser_key: str | None) -> Rater | None:
    """Let an account keep the votes of the browser in which it logs in; return the browser's rater, if there was one.

    An account without votes takes over the browser's rater. One with votes of its own keeps them: the browser's rater is
    joined to it, and nothing that either of them said is changed. Either way the browser is nobody from then on, so that
    whoever uses it after a log-out begins anew.
    """
    if browser_key is None:
        return None
    try:
        return _adopt(user, browser_key)
    except IntegrityError:
        # The account's rater was made at the same moment, by its first battle; it is there now.
        return _adopt(user, browser_key)


def _adopt(user: User, browser_key: str) -> Rater | None:
    with transaction.atomic():
        found = Rater.objects.select_for_update(no_key=True).filter(browser_key=browser_key).first()
        if found is None:
            return None
        mine = Rater.objects.filter(user=user).first()
        if mine is None:
            found.user = user
        else:
            found.joined, found.external_key = mine, f"joined:{uuid.uuid4().hex}"
            _share_profile(found, mine)
        found.browser_key = None
        found.save(update_fields=["user", "joined", "external_key", "browser_key"])
    return found


def _share_profile(found: Rater, mine: Rater) -> None:
    """Let an account that never said what it can judge take over what was said in the browser."""
    if not mine.languages and found.languages:
        mine.languages = found.languages
        mine.save(update_fields=["languages"])
    mine.expertise.add(*found.expertise.all())
