"""Facts: what the arena stores."""

from arena.models.access import Invitation, Membership, RaterGroup
from arena.models.battles import Battle, BattlePurpose, BattleState, SkipReason
from arena.models.boards import Board
from arena.models.calls import CallOrder, JudgeCall
from arena.models.contests import (
    Audience,
    Category,
    Contest,
    Contestant,
    ContestantState,
    ContestKind,
    ContestState,
    Criterion,
    CriterionTone,
    LeakPolicy,
    Voters,
)
from arena.models.endpoints import ProviderEndpoint
from arena.models.live import LiveBattle, LiveState, Writing
from arena.models.matchmaking import Goal, KeptBeliefs, KnownPair, Matchmaking, MatchmakingChange, PolicyName
from arena.models.prompts import Prompt, PromptState, Response, ResponseOrigin
from arena.models.raters import Judge, JudgeKind, Rater, RaterKind, of_person
from arena.models.reports import BattleReport, ReportKind, ReportState
from arena.models.runs import Run, RunKind, RunState
from arena.models.talks import Talk, TalkAnswer
from arena.models.terms import Consent, Terms
from arena.models.votes import IntegrityReason, Vote, VoteCorrection, VoteOutcome

__all__ = [
    "Audience",
    "Battle",
    "BattlePurpose",
    "BattleReport",
    "BattleState",
    "Board",
    "CallOrder",
    "Category",
    "Consent",
    "Contest",
    "ContestKind",
    "ContestState",
    "Contestant",
    "ContestantState",
    "Criterion",
    "CriterionTone",
    "Goal",
    "IntegrityReason",
    "Invitation",
    "Judge",
    "JudgeCall",
    "JudgeKind",
    "KeptBeliefs",
    "KnownPair",
    "LeakPolicy",
    "LiveBattle",
    "LiveState",
    "Matchmaking",
    "MatchmakingChange",
    "Membership",
    "PolicyName",
    "Prompt",
    "PromptState",
    "ProviderEndpoint",
    "Rater",
    "RaterGroup",
    "RaterKind",
    "ReportKind",
    "ReportState",
    "Response",
    "ResponseOrigin",
    "Run",
    "RunKind",
    "RunState",
    "SkipReason",
    "Talk",
    "TalkAnswer",
    "Terms",
    "Vote",
    "VoteCorrection",
    "VoteOutcome",
    "Voters",
    "Writing",
    "of_person",
]
