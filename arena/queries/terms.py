"""The terms in force, and whether a rater still has to accept them."""

from django.utils import timezone

from arena.models import Consent, Rater, RaterKind, Terms, of_person


def current_terms() -> Terms | None:
    """Return the published terms with the highest version; None where there are none, or none whose time has come."""
    return Terms.objects.filter(published_at__lte=timezone.now()).order_by("-version").first()


def terms_to_accept(rater: Rater | None) -> Terms | None:
    """Return the terms that a voter has to accept before the next battle; None where nothing is asked, or was accepted."""
    if rater is not None and rater.kind != RaterKind.HUMAN:
        return None
    terms = current_terms()
    if terms is None or not terms.asks_consent or has_accepted(rater, terms):
        return None
    return terms


def has_accepted(rater: Rater | None, terms: Terms) -> bool:
    """Return whether a rater accepted these terms, as an account or as a browser that joined it."""
    return rater is not None and Consent.objects.filter(of_person(rater), terms=terms).exists()
