"""Judging: AI judges take the same road as people, from the battle to the vote."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import IntegrityError, transaction

from arena.judges.base import Choice, JudgeModel, Question, Verdict
from arena.judges.orders import combine_orders
from arena.judges.registry import build_judge, needs_provider
from arena.models import Battle, CallOrder, Contest, Judge, JudgeCall, JudgeKind, PromptState, VoteOutcome
from arena.providers.registry import open_provider
from arena.queries.leaks import blind_text
from arena.queries.providers import provider_endpoints
from arena.services.battles import open_battle, skip_battle
from arena.services.errors import BattleClosed, NoBattleLeft
from arena.services.progress import Progress, SilentProgress
from arena.services.raters import enrol_judge
from arena.services.votes import cast_vote


@dataclass(slots=True)
class JudgingReport:
    """What one run of a judge came to.

    Attributes
    ----------
    conflicts : battles on which the two orders chose differently. first_slot : of these, those in which both
        orders chose the response shown first.
    finished : why nothing was left to judge. stopped : why the provider could not be asked any further.
    """

    battles: int = 0
    votes: int = 0
    conflicts: int = 0
    first_slot: int = 0
    tokens: int = 0
    failures: list[str] = field(default_factory=list)
    finished: str = ""
    stopped: str = ""


def run_judge(contest: Contest, judge: Judge, *, battles: int, progress: Progress | None = None) -> JudgingReport:
    """Let a judge vote on up to `battles` battles of a contest, each judged in both orders.

    1. Open a battle for the judge's rater; one that an interruption left open comes first.
    2. Ask in both orders; every call is written down, failures included, and none is asked twice.
    3. Combine the orders and cast the vote. Where a verdict cannot be read the battle is skipped: a failure is no vote.
    4. Where the provider answers nothing at all, stop; the battle stays open for the next run.

    Raises
    ------
    JudgeError, ProviderError
        If the judge cannot be run at all.
    ContestClosed
        If the contest takes no votes.
    """
    progress = progress or SilentProgress()
    report = JudgingReport()
    rater = enrol_judge(judge)
    prompts = _judgeable_prompts(contest, judge)
    progress.start(battles, f"{judge} on {contest.slug}")
    with _opened(judge) as model:
        while report.battles < battles:
            try:
                battle = open_battle(contest, rater, prompts=prompts)
            except NoBattleLeft as error:
                report.finished = str(error)
                break
            _judge_battle(battle, judge, model, report)
            if report.stopped:
                break
            progress.advance()
    return report


def _judgeable_prompts(contest: Contest, judge: Judge) -> list[int] | None:
    if judge.kind != JudgeKind.REFERENCE:
        return None
    with_reference = contest.prompts.filter(state=PromptState.GOOD).exclude(reference="")
    return list(with_reference.values_list("pk", flat=True))


@contextmanager
def _opened(judge: Judge) -> Iterator[JudgeModel]:
    told = {"model": judge.model, "template": judge.prompt, "settings": judge.settings}
    if needs_provider(judge.kind):
        with open_provider(judge.provider, provider_endpoints(), cache) as provider:
            yield build_judge(judge.kind, provider=provider, **told)
    else:
        yield build_judge(judge.kind, provider=None, **told)


def _judge_battle(battle: Battle, judge: Judge, model: JudgeModel, report: JudgingReport) -> None:
    question = _question(battle)
    first = _verdict(battle, judge, CallOrder.AB, model, question)
    second = _verdict(battle, judge, CallOrder.BA, model, question) if not first.unanswered else first
    for verdict in (first, second):
        if verdict.unanswered:
            report.stopped = f"{judge.provider} gives no answer: {verdict.failure}"
            return
    combined = combine_orders(first, second, float(judge.settings.get("tie_margin", 0.0)))
    report.battles += 1
    report.tokens += sum((v.prompt_tokens or 0) + (v.completion_tokens or 0) for v in (first, second))
    try:
        if combined.choice is None:
            skip_battle(battle.token, battle.rater)
            report.failures.append(f"battle {battle.public_id}: {first.failure or second.failure}")
            return
        cast_vote(battle.token, battle.rater, VoteOutcome(combined.choice.value))
    except BattleClosed as error:
        # The judge was too slow, or another worker closed the battle meanwhile; the others go on.
        report.failures.append(f"battle {battle.public_id}: {error}")
        return
    report.votes += 1
    if not combined.consistent:
        report.conflicts += 1
        report.first_slot += first.choice is Choice.A and second.choice is Choice.B


def _question(battle: Battle) -> Question:
    turns = [f"{turn['role']}: {turn['content']}" for turn in battle.prompt.turns]
    return Question(
        prompt="\n\n".join([*turns, battle.prompt.text]),
        # Judges are as blind as people: a model that reads its own name may like it.
        response_a=blind_text(battle.response_a),
        response_b=blind_text(battle.response_b),
        question=battle.contest.question,
        reference=battle.prompt.reference,
    )


def _verdict(battle: Battle, judge: Judge, order: CallOrder, model: JudgeModel, question: Question) -> Verdict:
    """Return the verdict on the battle's own sides: the one written down, or a fresh one that is."""
    call = JudgeCall.objects.filter(battle=battle, judge=judge, order=order, failure="").first()
    unanswered = False
    if call is None:
        fresh = model.judge(question) if order is CallOrder.AB else model.judge(question.swapped()).swapped()
        call, unanswered = _write_call(battle, judge, order, fresh), fresh.unanswered
    return Verdict(
        choice=Choice(call.verdict) if call.verdict else None,
        failure=call.failure,
        preference=call.preference,
        prompt_tokens=call.prompt_tokens,
        completion_tokens=call.completion_tokens,
        unanswered=unanswered,
    )


def _write_call(battle: Battle, judge: Judge, order: CallOrder, verdict: Verdict) -> JudgeCall:
    attempt = JudgeCall.objects.filter(battle=battle, judge=judge, order=order).count() + 1
    try:
        with transaction.atomic():
            return JudgeCall.objects.create(
                battle=battle,
                judge=judge,
                order=order,
                attempt=attempt,
                verdict=verdict.choice.value if verdict.choice else "",
                failure=verdict.failure,
                preference=verdict.preference,
                raw_text=verdict.raw_text,
                prompt_tokens=verdict.prompt_tokens,
                completion_tokens=verdict.completion_tokens,
                latency_ms=verdict.latency_ms,
                details=dict(verdict.details),
            )
    except IntegrityError:
        # Another worker judged the same battle meanwhile; what it wrote first stands.
        return JudgeCall.objects.get(battle=battle, judge=judge, order=order, attempt=attempt)
