"""What pure rooms say, word by word, as catalogues hold it. `sentences.py` finds these phrases again in what was told.

A hole `{name}` stands for what varies. Its name says what it is: see `sentences.NAMES` and `LISTS`; everything else is a
number, or a part that stands here as well.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase, and where it depends on a number also the form for many; `counts` is the hole of that number."""

    one: str
    plural: str | None = None
    counts: str = "n"


def ngettext_noop(one: str, plural: str, counts: str = "n") -> Phrase:
    """Mark a phrase with two forms for the catalogue."""
    return Phrase(one, plural, counts)


def _listed(*phrases: str | Phrase) -> tuple[Phrase, ...]:
    return tuple(Phrase(phrase) if isinstance(phrase, str) else phrase for phrase in phrases)


EXPLANATIONS = _listed(
    _("{how} on {votes} votes, {ties}, {bad}."),
    _("Ratings are points {centre}; 400 points are odds of ten to one."),
    _("They compare responses of equal style: the effect of {names} is taken out."),
    _(
        "Each interval covers the contestant's rating relative to {centre} with {level} probability {dependence} ({how})."
    ),
    _("The rank ranges hold all true ranks together with {level} probability."),
    _("Between equals {share} of votes are ties."),
    _("Newton's method stopped after {n} steps with gradient {gradient}."),
)
PARTS_OF_EXPLANATIONS = _listed(
    _("Bradley-Terry by maximum likelihood"),
    _("Elo with step {k} {order}, the one method for which order matters,"),
    _("as the mean over {n} random orders"),
    _("in the order of the votes"),
    _("The logit of the average win rate against the opponents met"),
    _("Rank centrality"),
    _("ties as half a win each way"),
    _("ties modelled after Davidson"),
    _("ties modelled after Rao and Kupper"),
    _("'both bad' counted as ties"),
    _("{n} 'both bad' left out of the ratings"),
    _("with {anchor} for the mean of {names}"),
    _("with mean {anchor} over the {n} rated contestants, weighted by their votes"),
    _("with mean {anchor} over the {n} rated contestants"),
    _("the anchor"),
    _("that mean"),
    _("if votes are independent"),
    _("if raters are independent of each other, however alike the votes of one"),
    _("if prompts are independent of each other, however alike the votes on one"),
    _("where votes of one rater and votes on one prompt may be alike, and others are independent"),
    _("sandwich covariance"),
    _("bootstrap, {n} redraws"),
)
NOTICES = _listed(
    _("Never lost or tied against the rated group, so no finite rating: stronger than all of them as far as seen."),
    _("Never won or tied against the rated group, so no finite rating: weaker than all of them as far as seen."),
    _("No comparison connects it with the rated group."),
    _("No votes yet."),
    ngettext_noop(
        "{n} contestant never lost or tied against the rated ones and left unrated: {names}.",
        "{n} contestants never lost or tied against the rated ones and left unrated: {names}.",
    ),
    ngettext_noop(
        "{n} contestant never won or tied against the rated ones and left unrated: {names}.",
        "{n} contestants never won or tied against the rated ones and left unrated: {names}.",
    ),
    ngettext_noop(
        "{n} contestant is not connected to the rest by any comparison and left unrated: {names}.",
        "{n} contestants are not connected to the rest by any comparison and left unrated: {names}.",
    ),
    ngettext_noop(
        "{n} contestant is without votes and left unrated: {names}.",
        "{n} contestants are without votes and left unrated: {names}.",
    ),
    ngettext_noop(
        "{n} contestant with fewer than 20 votes: {names}.",
        "{n} contestants with fewer than 20 votes: {names}.",
    ),
    _("Intervals this early are approximate."),
    _(
        "A prior of {n} virtual vote(s) on every compared pair pulls ratings together and holds up those that votes alone "
        "leave open; the intervals do not know of it."
    ),
)
CHECKS = _listed(
    _("One strength a contestant does not explain all pairs ({measured})."),
    _("Look at single pairs too."),
    _("One strength a contestant explains the pairs ({measured})."),
    _("Preferences run in circles, {share} of what pairs say: {rings}."),
    _("{share} of what pairs say is cyclic and fits no ranking ({p})."),
    _("No circle of preferences beyond chance ({p})."),
    _(
        "Votes changed over time: {name} moved by {change} points between the first and the last of {n} stretches ({p})."
    ),
    _("Votes changed over time, across {n} stretches ({p})."),
    _("No change over time beyond chance in {n} stretches ({p})."),
    _("The side matters: {measured}."),
    _("Where sides are drawn at random, ratings stay right."),
    _("No bias of the side is seen: {measured}."),
    _("{n} of {possible} pairs were compared; a contestant has {least} to {most} votes, in the middle {median}."),
    ngettext_noop(
        "{n} of the first {total} neighbours is told apart.", "{n} of the first {total} neighbours are told apart."
    ),
    _("About {n} more votes between {name} and {other} would separate them, or {spread} drawn as so far."),
    _("About {n} more votes between {name} and {other} would separate them."),
    _("Without {votes} ({share} of all) {name} would lead instead of {other}."),
)
PARTS_OF_CHECKS = _listed(
    _("chi-square {x} on {degrees} degrees of freedom over {pairs} pairs with at least 5 votes, {p}"),
    _("side A wins {share} of battles between equals, {lower} to {upper} with {level} confidence"),
    _("{name} beats {other} ({share}), {other} beats {third} ({second}), {third} beats {name} ({last})"),
    _("{ring}; {rings}"),
    _("any number of"),
    _("p = {n}"),
    _("p < {n}"),
    ngettext_noop("{n} vote", "{n} votes"),
)
PROBLEMS = _listed(
    ngettext_noop(
        "{n} vote among {total} contestants leaves no two of them on one scale: no one has both won and lost, directly or "
        "through others.",
        "{n} votes among {total} contestants leave no two of them on one scale: no one has both won and lost, directly or "
        "through others.",
    ),
    _("More votes are needed, or a prior."),
    _("The fit did not converge in {n} steps (gradient {gradient})."),
    _("Some item won or lost everything, or the groups are not connected: rate one connected group, or set a prior."),
    _("{n} item(s): at least two are needed to compare anything."),
    _("A redraw of the votes has no estimate, because some item lost its only win or its only loss."),
    _("Anchor {names} is not rated on this board; choose rated contestants."),
)
AUDIT = _listed(
    _("No closed battle carries what is checked, so there is no draw to audit."),
    _("{n} of {total} battles carry what is needed to check the probabilities of their pairs; {needed} are needed."),
    _("Pairs were not drawn with the probabilities written down ({measured})."),
    _("Pairs were drawn with the probabilities written down ({measured})."),
    _("Weighted by their probabilities, battles do not stand for all pairs: {measured}."),
    _("Weighted by their probabilities, battles stand for all pairs: {measured}."),
    _("The floor has not the share that is set, {share}: {measured}."),
    _("The floor has the share that is set, {share}: {measured}."),
    _("Sides were not drawn by a fair coin: {measured}."),
    _("Sides were drawn by a fair coin: {measured}."),
    _("Whether active drawing stretches the scale cannot be told: {why}."),
    _("The scale is stretched: gaps between ratings are {width}."),
    _("The scale is compressed: gaps between ratings are {width}."),
    _("The scale is right to within 5 %: gaps between ratings are {width}."),
    _("There are not enough {more} to tell whether the scale is right to 5 %: gaps between ratings are {width}."),
    _(
        "Rated by the floor alone, {n} of {rated} contestants have an interval that does not hold their rating by all "
        "votes; by chance it is one in twenty, or fewer."
    ),
)
PARTS_OF_AUDIT = _listed(
    _("chi-square {x} on {degrees} degrees of freedom, {n} battles, {p}"),
    _("the mean of 1 / (probability × pairs) is {mean}, right is 1; {n} battles, {p}"),
    _("{share} of {n} battles since it is set, {p}"),
    _("who entered first stood on side A in {share} of {n} battles, {p}"),
    _("no vote was given on a pair that was drawn evenly"),
    _("every pair was drawn evenly, so that nothing can be stretched by active drawing"),
    _("the active votes put no two contestants on one scale yet"),
    _("{n} votes are too few, {needed} are needed"),
    _("the ratings by active votes alone are still too noisy"),
    _("{times} times as wide as they should be, {between} with 95 % confidence ({how})"),
    _("at least {n}"),
    _("without bound"),
    _("{n} votes on evenly drawn pairs against ratings from {active} on actively drawn ones"),
    _("against a fit in which pairs weigh alike"),
    _("votes on evenly drawn pairs"),
    _("votes"),
    _("{lower} to {upper}"),
)
REASONS = _listed(
    _("Not drawn to rank: the better answer is known, and such battles check now and then that raters read."),
    _("Not drawn to rank: you had this pair before, with sides swapped."),
    _("Repeats show how steady votes are."),
    _(
        "Drawn at random: a fixed share of pairs is drawn evenly among all, so that the ranking can be checked against an "
        "unbiased sample."
    ),
    _("Drawn at random: in this contest every pair has the same chance."),
    _("Drawn because this pair was compared less often than others: {known}."),
    _(
        "Drawn because a vote on it tells much: {known} on this pair, {closeness}, and the gap between the two is known "
        "only to within {n} points."
    ),
    _(
        "Drawn because it is open which of the two is better: {known} on this pair, and the order in which they stand now "
        "is wrong with a probability of {share}."
    ),
    _(
        "Drawn because it matters for the first {n} places: the two stand at {first} and {second}, and their order is "
        "wrong with a probability of {share}."
    ),
    _("The gap between the two stays known to ±{n} points: much was known already."),
    _("The gap between the two is now known to ±{n} points instead of ±{before}."),
)
PARTS_OF_REASONS = _listed(
    _("no votes yet"),
    ngettext_noop("{n} vote so far", "{n} votes so far"),
    _("an even match as far as we know"),
    _("the favourite is expected to win {share} of the time"),
)
FEATURES = _listed(
    _("length in words and punctuation marks"),
    _("headers"),
    _("items of lists"),
    _("bold spans"),
    _("blocks of code"),
)
BOARDS = _listed(_("People"), _("Simulated raters"))
SENTENCES = (*EXPLANATIONS, *NOTICES, *CHECKS, *PROBLEMS, *AUDIT, *REASONS)
PARTS = (*PARTS_OF_EXPLANATIONS, *PARTS_OF_CHECKS, *PARTS_OF_AUDIT, *PARTS_OF_REASONS, *FEATURES, *BOARDS)
