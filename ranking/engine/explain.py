"""What was computed, in sentences: every board says what its numbers are and what its intervals cover."""

from typing import Final

from ranking.engine.settings import BoardSettings

METHODS: Final = {
    "bradley_terry": "Bradley-Terry by maximum likelihood",
    "elo": "Elo",
    "win_rate": "The logit of the average win rate against the opponents met",
    "rank_centrality": "Rank centrality",
}
TIES: Final = {
    "half_win": "ties as half a win each way",
    "davidson": "ties modelled after Davidson",
    "rao_kupper": "ties modelled after Rao and Kupper",
}
DEPENDENCE: Final = {
    "none": "if votes are independent",
    "rater": "if raters are independent of each other, however alike the votes of one",
    "prompt": "if prompts are independent of each other, however alike the votes on one",
    "rater_and_prompt": "where votes of one rater and votes on one prompt may be alike, and others are independent",
}


def explain(
    settings: BoardSettings,
    votes: float,
    both_bad: float,
    rated: int,
    ended: tuple[int, float],
    tie_probability: float | None,
) -> str:
    """Return a paragraph on what was computed; `ended` is iterations and gradient norm."""
    parts = [_method(settings, votes, both_bad), _scale(settings, rated), _style(settings), _intervals(settings)]
    if tie_probability is not None:
        parts.append(f"Between equals {tie_probability:.0%} of votes are ties.")
    if settings.method == "bradley_terry":
        parts.append(f"Newton's method stopped after {ended[0]} steps with gradient {ended[1]:.1e}.")
    return " ".join(part for part in parts if part)


def whole(number: float) -> str:
    """Return a number of votes as people write it: 7,499,640, and 12.5 where votes are weighted."""
    return f"{round(number, 1):,.12g}"


def _method(settings: BoardSettings, votes: float, both_bad: float) -> str:
    bad = "'both bad' counted as ties"
    if settings.both_bad == "left_out":
        bad = f"{whole(both_bad)} 'both bad' left out of the ratings"
    how = METHODS[settings.method]
    if settings.method == "elo":
        order = f"as the mean over {settings.elo_orders} random orders"
        order = "in the order of the votes" if settings.elo_orders == 1 else order
        how = f"Elo with step {settings.elo_k:g} {order}, the one method for which order matters,"
    return f"{how} on {whole(votes)} votes, {TIES[settings.tie_model]}, {bad}."


def _scale(settings: BoardSettings, rated: int) -> str:
    if settings.anchor_items:
        centre = f"with {settings.anchor:g} for the mean of {', '.join(settings.anchor_items)}"
    elif settings.centre == "votes":
        centre = f"with mean {settings.anchor:g} over the {rated} rated contestants, weighted by their votes"
    else:
        centre = f"with mean {settings.anchor:g} over the {rated} rated contestants"
    return f"Ratings are points {centre}; 400 points are odds of ten to one."


def _style(settings: BoardSettings) -> str:
    if not settings.covariates:
        return ""
    return f"They compare responses of equal style: the effect of {', '.join(settings.covariates)} is taken out."


def _intervals(settings: BoardSettings) -> str:
    level = f"{settings.level:.0%}"
    how = (
        "sandwich covariance"
        if settings.interval == "sandwich" and settings.method == "bradley_terry"
        else (f"bootstrap, {settings.replicates} redraws")
    )
    centre = "the anchor" if settings.anchor_items else "that mean"
    return (
        f"Each interval covers the contestant's rating relative to {centre} with {level} probability "
        f"{DEPENDENCE[settings.clusters]} ({how}). The rank ranges hold all true ranks together with {level} probability."
    )
