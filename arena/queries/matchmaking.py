"""How pairs are drawn in a contest."""

from arena.models import Contest, Matchmaking


def matchmaking_of(contest: Contest) -> Matchmaking:
    """Return how a contest draws its pairs: its row, or an unsaved one with the defaults. One query."""
    return Matchmaking.objects.filter(contest=contest).order_by().first() or Matchmaking(contest=contest)
