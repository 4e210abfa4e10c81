"""What browsers send, checked. Forms never write."""

from typing import Any, Final

from django import forms
from django.db.models import Model

from arena.models import Board, Contest, ContestState, Prompt, Response, VoteOutcome
from ranking import BoardSettings, RankingError

TAGS: Final = (
    ("correct", "More correct"),
    ("clear", "Clearer"),
    ("complete", "More complete"),
    ("follows", "Follows the task"),
    ("wrong", "The other one is wrong"),
    ("harmful", "The other one is harmful"),
)
MOST_CHARACTERS: Final = 2000


class VoteForm(forms.Form):
    """One vote: an outcome, and if wanted reasons from a closed list and a comment."""

    outcome = forms.ChoiceField(choices=VoteOutcome.choices)
    tags = forms.MultipleChoiceField(choices=TAGS, required=False)
    comment = forms.CharField(max_length=MOST_CHARACTERS, required=False)


class ReasonForm(forms.Form):
    """Why something is excluded or taken back."""

    reason = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"size": 80, "autofocus": True}))


class JudgeRunForm(forms.Form):
    """Which contest a judge shall judge, and how much of it."""

    contest = forms.ModelChoiceField(Contest.objects.filter(state=ContestState.OPEN))
    battles = forms.IntegerField(min_value=1, max_value=100_000, initial=100)


class BoardForm(forms.ModelForm[Board]):
    """A board whose settings the engine accepts."""

    class Meta:
        model = Board
        fields = ("contest", "slug", "name", "rater_kind", "judge", "category", "settings", "position")

    def clean_settings(self) -> dict[str, Any]:
        """Refuse what the engine would refuse, where it can still be mended."""
        settings = self.cleaned_data["settings"]
        try:
            BoardSettings.from_dict(settings)
        except (RankingError, TypeError, AttributeError) as error:
            raise forms.ValidationError(f"The engine does not accept this: {error}") from error
        return dict(settings)

    def clean(self) -> dict[str, Any]:
        """Refuse a category of another contest."""
        return _of_one_contest(self, ("category",))


class PromptForm(forms.ModelForm[Prompt]):
    """A prompt whose categories are those of its contest."""

    class Meta:
        model = Prompt
        fields = ("contest", "slug", "text", "turns", "categories", "language", "reference", "tests")

    def clean(self) -> dict[str, Any]:
        """Refuse a category of another contest."""
        return _of_one_contest(self, ("categories",))


class ResponseForm(forms.ModelForm[Response]):
    """A response of a contestant to a prompt of the same contest."""

    class Meta:
        model = Response
        fields = ("contest", "prompt", "contestant", "sample", "text", "finish_reason", "settings", "origin")

    def clean(self) -> dict[str, Any]:
        """Refuse a prompt or a contestant of another contest."""
        return _of_one_contest(self, ("prompt", "contestant"))


def _of_one_contest(form: forms.ModelForm[Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Refuse rows of another contest in fields that name one row or several; return what was sent."""
    said = form.cleaned_data
    contest = said.get("contest") or getattr(form.instance, "contest", None)
    for name in names:
        value = said.get(name)
        rows: list[Any] = [value] if isinstance(value, Model) else list(value or ())
        strangers = [str(row) for row in rows if contest is not None and row.contest_id != contest.pk]
        if strangers:
            form.add_error(name, f"{', '.join(strangers)}: belongs to another contest than {contest}.")
    return said
