"""A replay as its page and its files show it: one figure as a chart, with a table of the same numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from arena.models import Run, RunState
from arena.queries.replay_results import Figure, ReplayResult, figure_named
from arena.rendering.curves import CurveChart, make_curves


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """One run that replays, as far as it is.

    Attributes
    ----------
    result : None until it is done. figures : those that can be shown; `figure` is the one that is.
    rows : votes, and a value for each policy, as text. sentences : what policies save by this figure.
    """

    run: Run
    result: ReplayResult | None = None
    figure: Figure | None = None
    figures: Sequence[Figure] = ()
    chart: CurveChart | None = None
    heads: Sequence[str] = ()
    rows: Sequence[tuple[str, ...]] = ()
    sentences: Sequence[str] = ()

    @property
    def under_way(self) -> bool:
        """Whether there is more to come."""
        return self.run.state in (RunState.QUEUED, RunState.RUNNING)

    @property
    def progress(self) -> str:
        """How far it is, in words."""
        if not self.run.total:
            return "Waiting for a worker." if self.run.state == RunState.QUEUED else "Just begun."
        return f"{self.run.done:,} of {self.run.total:,} votes replayed."


def replay_page(run: Run, figure_key: str) -> ReplayPage:
    """Return what the page of a run shows; a figure that there is not is answered by the first one."""
    if run.result is None:
        return ReplayPage(run)
    result = ReplayResult.from_dict(run.result)
    figures = result.figures()
    figure = next((one for one in figures if one.key == figure_key), figure_named(figures[0].key))
    return ReplayPage(
        run=run,
        result=result,
        figure=figure,
        figures=figures,
        chart=replay_chart(result, figure),
        heads=("Votes", *(curve.policy for curve in result.curves)),
        rows=_rows(result, figure),
        sentences=result.sentences(figure.key),
    )


def replay_chart(result: ReplayResult, figure: Figure) -> CurveChart:
    """Return the curves of all policies by one figure."""
    curves = [(curve.policy, curve.values[figure.key]) for curve in result.curves]
    return make_curves(f"{figure.title} by votes", figure.told, result.votes, curves)


def _rows(result: ReplayResult, figure: Figure) -> list[tuple[str, ...]]:
    columns = [[figure.text(value) for value in curve.values[figure.key]] for curve in result.curves]
    return [(f"{votes:,}", *cells) for votes, *cells in zip(result.votes, *columns, strict=True)]
