"""What an import refuses although its records fit together."""

import pytest
from django.apps import apps

from arena.exchange.bundle import (
    CallRecord,
    ContestantRecord,
    ContestBundle,
    ContestRecord,
    JudgeRecord,
    PromptRecord,
    RaterRecord,
    ResponseRecord,
    VoteRecord,
)
from arena.exchange.checks import _LENGTHS
from arena.exchange.errors import BadFile
from arena.models import Battle, Contest, Judge, Vote
from arena.services.errors import ServiceError
from arena.services.imports import import_bundle
from tests.factories import make_judge

pytestmark = [pytest.mark.django_db, pytest.mark.database]

UNSTORABLE = ("a\x00b", "\ud800", "half \udfff")


def bundle(
    text: str = "How long?", said: str = "Three minutes.", judge: str = "Which one?", note: str = ""
) -> ContestBundle:
    return ContestBundle(
        contest=ContestRecord("Tea"),
        contestants=[ContestantRecord("green", "Green"), ContestantRecord("black", "Black")],
        prompts=[PromptRecord("steep", text)],
        responses=[ResponseRecord("steep", "green", said), ResponseRecord("steep", "black", "Five.")],
        judges=[JudgeRecord("sharp", "Sharp", "imported", prompt=judge)],
        raters=[RaterRecord("sharp", "judge", "sharp")],
        votes=[
            VoteRecord(
                "1", "sharp", "steep", "green", "black", "A", calls=[CallRecord("AB", verdict="A", raw_text=note)]
            )
        ],
    )


@pytest.mark.parametrize("text", UNSTORABLE)
@pytest.mark.parametrize("where", ["text", "said", "judge", "note"])
def test_text_that_no_database_can_hold_is_refused_by_name(where, text) -> None:
    with pytest.raises(BadFile, match="NUL or half of a surrogate pair"):
        import_bundle(bundle(**{where: text}), slug="tea")
    assert not Contest.objects.exists()


def test_whole_surrogate_pairs_and_other_rare_characters_are_kept() -> None:
    rare = "\U0001f375 \u200b \x01 \ufffd"
    contest = import_bundle(bundle(said=rare), slug="tea").contest
    assert contest.responses.get(contestant__slug="green").text == rare


def test_a_judge_of_the_same_name_and_version_that_asks_something_else_is_refused() -> None:
    make_judge("sharp", kind="imported", prompt="Which one?")
    import_bundle(bundle(), slug="tea")
    with pytest.raises(ServiceError, match=r"judge.*sharp"):
        import_bundle(bundle(judge="Which one is worse?"), slug="coffee")
    assert Judge.objects.count() == 1
    assert not Contest.objects.filter(slug="coffee").exists()


@pytest.mark.parametrize("table", [name for name, limits in _LENGTHS.items() if limits])
def test_the_limits_told_are_those_of_the_database(table) -> None:
    model = {"vote": Battle}.get(table) or apps.get_model("arena", table)
    columns = {entry.name: entry.max_length for entry in (*model._meta.fields, *Vote._meta.fields)}
    limits = {name: most for name, most in _LENGTHS[table].items() if name in columns}
    assert limits == {name: columns[name] for name in limits}
    assert set(_LENGTHS[table]) - set(limits) <= {"key"}


def test_what_is_too_long_for_a_column_is_refused_by_name_and_length() -> None:
    long = ContestBundle(ContestRecord("Tea"), contestants=[ContestantRecord("green", "G" * 121)])
    with pytest.raises(BadFile, match="contestant 'green': name has 121 characters; 120 is the most"):
        import_bundle(long, slug="tea")
    assert not Contest.objects.exists()
