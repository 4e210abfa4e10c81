"""Responses are measured when they are written, later where they were not, and again after a change of a feature."""

import pytest

from arena.models import Response
from arena.services import features as service
from arena.services.features import compute_features, measured, unmeasured
from arena.style import features
from arena.style.errors import BadFeature
from arena.style.features import Feature, features_of, features_version
from tests.factories import make_arena, make_contestant, make_response

pytestmark = [pytest.mark.django_db]


class Steps:
    """A progress that remembers."""

    def __init__(self) -> None:
        self.total = 0
        self.steps: list[int] = []

    def start(self, total: int, what: str) -> None:
        self.total = total

    def advance(self, n: int = 1) -> None:
        self.steps.append(n)


def numbers() -> list[dict[str, float] | None]:
    return list(Response.objects.order_by("id").values_list("features", flat=True))


@pytest.mark.database
def test_what_was_not_measured_is_measured_once():
    contest = make_arena(contestants=2, prompts=2)
    make_response(contest.prompts.all()[0], make_contestant(contest), "# Tea\n- **hot**")
    steps = Steps()
    assert compute_features(progress=steps) == 5
    assert (steps.total, sum(steps.steps)) == (5, 5)
    assert numbers() == [features_of(response.text) for response in Response.objects.order_by("id")]
    assert numbers()[-1] == {"bold": 1, "code_blocks": 0, "headers": 1, "lists": 1, "tokens": 8}
    assert set(Response.objects.values_list("features_version", flat=True)) == {features_version()}
    assert compute_features() == 0


@pytest.mark.database
def test_one_contest_can_be_measured_alone():
    tea, coffee = make_arena(slug="tea"), make_arena(slug="coffee")
    compute_features(tea)
    assert (unmeasured(tea).count(), unmeasured(coffee).count(), unmeasured().count()) == (0, 6, 6)


def test_an_interrupted_work_goes_on_where_it_was(monkeypatch):
    monkeypatch.setattr(service, "BATCH", 2)
    make_arena(contestants=3, prompts=2)

    class Stop(Steps):
        def advance(self, n: int = 1) -> None:
            super().advance(n)
            if len(self.steps) == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute_features(progress=Stop())
    assert unmeasured().count() == 2
    assert compute_features() == 2


def test_a_changed_feature_is_measured_again(monkeypatch):
    make_arena()
    compute_features()
    changed = dict(features._registered) | {"tokens": Feature("tokens", 2, "letters", len)}
    monkeypatch.setattr(features, "_registered", changed)
    assert compute_features() == 6
    assert [found["tokens"] for found in numbers()] == [
        len(text) for text in Response.objects.order_by("id").values_list("text", flat=True)
    ]


def test_batches_take_as_many_queries_each(monkeypatch, django_assert_max_num_queries):
    make_arena(contestants=4, prompts=5)
    with django_assert_max_num_queries(6):
        compute_features()


def test_an_own_feature_that_fails_costs_no_response(monkeypatch):
    odd = dict(features._registered) | {"odd": Feature("odd", 1, "", lambda text: -1)}
    monkeypatch.setattr(features, "_registered", odd)
    assert measured("tea") == {}
    make_arena()
    with pytest.raises(BadFeature, match="'odd'"):
        compute_features()
