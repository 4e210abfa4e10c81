"""Facts: what the arena stores."""

from arena.models.battles import Battle, BattleState
from arena.models.boards import Board
from arena.models.calls import CallOrder, JudgeCall
from arena.models.contests import Category, Contest, Contestant, ContestantState, ContestKind, ContestState
from arena.models.prompts import Prompt, PromptState, Response, ResponseOrigin
from arena.models.raters import Judge, JudgeKind, Rater, RaterKind
from arena.models.runs import Run, RunKind, RunState
from arena.models.votes import IntegrityReason, Vote, VoteCorrection, VoteOutcome

__all__ = [
    "Battle",
    "BattleState",
    "Board",
    "CallOrder",
    "Category",
    "Contest",
    "ContestKind",
    "ContestState",
    "Contestant",
    "ContestantState",
    "IntegrityReason",
    "Judge",
    "JudgeCall",
    "JudgeKind",
    "Prompt",
    "PromptState",
    "Rater",
    "RaterKind",
    "Response",
    "ResponseOrigin",
    "Run",
    "RunKind",
    "RunState",
    "Vote",
    "VoteCorrection",
    "VoteOutcome",
]
