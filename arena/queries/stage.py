"""What stands around the two responses before the vote: how to judge, and where the two differ."""

from dataclasses import dataclass

from arena.models import Battle
from arena.queries.calibration import tell_place
from arena.queries.criteria import OfferedTags, offered_tags
from arena.queries.pages import BlindBattle
from arena.queries.undo import is_shown_again
from arena.rendering.differences import Difference, find_difference
from arena.rendering.markdown import render_markdown


@dataclass(frozen=True, slots=True)
class BattleAids:
    """Help with a battle. It is made of what the blind page shows, so that it tells no more.

    Attributes
    ----------
    instructions : of the contest, as HTML; empty where none were written.
    difference : where the two responses differ, if they say nearly the same.
    again : whether the battle is shown again after an undo; counts : whether its vote ranks then.
    calibration : which of a calibration round it is, as a title; empty where it belongs to none.
    offered : the reasons that may be ticked.
    """

    instructions: str
    difference: Difference | None
    again: bool
    counts: bool
    calibration: str
    offered: OfferedTags


def battle_aids(battle: Battle, blind: BlindBattle) -> BattleAids:
    """Return what helps to judge a battle that is shown so."""
    written = battle.contest.instructions
    return BattleAids(
        instructions=render_markdown(written) if written.strip() else "",
        difference=find_difference(blind.response_a, blind.response_b),
        again=is_shown_again(battle),
        counts=battle.purpose is None,
        calibration=tell_place(battle),
        offered=offered_tags(battle.contest),
    )
