"""Consents: a rater accepts the terms in force. The only writer of them."""

from django.utils.translation import gettext as _

from arena.models import Consent, Rater
from arena.queries.terms import current_terms, terms_to_accept
from arena.services.errors import ConsentMissing, NoTerms, ServiceError


def accept_terms(rater: Rater, version: int) -> Consent:
    """Write down that a rater accepts the terms in force; accepting twice is accepting once.

    Raises
    ------
    NoTerms
        If there are none.
    ServiceError
        If `version` is not the one in force: nobody accepts a text that they did not read.
    """
    terms = current_terms()
    if terms is None:
        raise NoTerms
    if terms.version != version:
        raise ServiceError(
            _("The terms changed: version %(version)d is in force now. Please read it first.")
            % {"version": terms.version}
        )
    return Consent.objects.get_or_create(rater=rater, terms=terms)[0]


def require_consent(rater: Rater) -> None:
    """Raise ConsentMissing if this rater has to accept the terms in force first."""
    terms = terms_to_accept(rater)
    if terms is not None:
        raise ConsentMissing(terms.version)
