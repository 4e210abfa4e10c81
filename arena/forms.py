"""What browsers send, checked. Forms never write."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from arena.models import (
    Board,
    Contest,
    ContestState,
    Invitation,
    KnownPair,
    Matchmaking,
    Prompt,
    ReportKind,
    Response,
    SkipReason,
    VoteOutcome,
)
from arena.style.errors import StyleError
from arena.style.features import chosen_features
from ranking import BoardSettings, RankingError

MOST_CHARACTERS: Final = 2000
MOST_DIGITS: Final = 12


class RemarksForm(forms.Form):
    """What may be said of a vote, with it or after it: reasons of the contest and a comment.

    Parameters
    ----------
    known : slugs of the reasons that the contest takes.
    """

    tags = forms.MultipleChoiceField(required=False)
    comment = forms.CharField(max_length=MOST_CHARACTERS, required=False)

    def __init__(self, data: QueryDict, *, known: Sequence[str]) -> None:
        super().__init__(data)
        tags = self.fields["tags"]
        assert isinstance(tags, forms.MultipleChoiceField)
        tags.choices = [(slug, slug) for slug in known]


class VoteForm(RemarksForm):
    """One vote: an outcome, if wanted remarks, and how long ago the page showed the battle, where it could tell."""

    outcome = forms.ChoiceField(choices=VoteOutcome.choices)
    shown_ms = forms.CharField(required=False)

    def clean_shown_ms(self) -> int | None:
        """Return a whole number of ms, or None: what a page cannot say well must not cost a vote."""
        said = self.cleaned_data["shown_ms"]
        return int(said) if said.isascii() and said.isdigit() and len(said) <= MOST_DIGITS else None


class SkipForm(forms.Form):
    """Leaving a battle, with or without a reason."""

    reason = forms.ChoiceField(choices=SkipReason.choices, required=False)


class ReportForm(forms.Form):
    """A problem with a battle."""

    kind = forms.ChoiceField(choices=ReportKind.choices)
    text = forms.CharField(max_length=MOST_CHARACTERS, required=False)


class LeaveForm(forms.Form):
    """Going, with or without the votes; confirmed by a tick."""

    votes = forms.ChoiceField(
        choices=[("stay", _("My votes stay, without me")), ("withdraw", _("My votes are withdrawn too"))],
        error_messages={"required": _("Choose what becomes of your votes.")},
    )
    sure = forms.BooleanField(error_messages={"required": _("Tick that you are sure: this cannot be undone.")})

    @property
    def withdraws(self) -> bool:
        """Whether the votes are withdrawn."""
        return bool(self.cleaned_data["votes"] == "withdraw")


class NoteForm(forms.Form):
    """What was done about something, where there is anything to say."""

    note = forms.CharField(
        max_length=300, required=False, widget=forms.TextInput(attrs={"size": 80, "autofocus": True})
    )


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
        fields = (
            "contest",
            "slug",
            "name",
            "position",
            "rater_kind",
            "judge",
            "category",
            "language",
            "since",
            "until",
            "minimum_seconds",
            "use_integrity_weights",
            "settings",
        )

    def clean_settings(self) -> dict[str, Any]:
        """Refuse what the engine would refuse, where it can still be mended."""
        settings = self.cleaned_data["settings"]
        try:
            chosen_features(BoardSettings.from_dict(settings).covariates)
        except (RankingError, StyleError, TypeError, AttributeError) as error:
            raise forms.ValidationError(f"The engine does not accept this: {error}") from error
        return dict(settings)

    def clean(self) -> dict[str, Any]:
        """Refuse a category of another contest."""
        return _of_one_contest(self, ("category",))


class PromptForm(forms.ModelForm[Prompt]):
    """A prompt whose categories are those of its contest."""

    class Meta:
        model = Prompt
        fields = ("contest", "slug", "text", "turns", "categories", "language", "kind", "reference", "tests")

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


class MatchmakingForm(forms.ModelForm[Matchmaking]):
    """How pairs are drawn in a contest, where that differs from the defaults."""

    class Meta:
        model = Matchmaking
        fields = (
            "contest",
            "policy",
            "floor",
            "sharpness",
            "share_cap",
            "top_k",
            "same_organisation",
            "most_cost_usd",
            "leave_out_failing",
            "check_rate",
            "repeat_rate",
            "category_sd",
            "goal",
            "goal_width",
            "vote_budget",
        )

    def clean(self) -> dict[str, Any]:
        """Refuse the defaults for a contest that has them anyway: there would be nothing to write."""
        if self.instance.pk is None and not set(self.changed_data) - {"contest"}:
            raise forms.ValidationError("These are the defaults, which the contest has already. Change one to save.")
        return self.cleaned_data


class KnownPairForm(forms.ModelForm[KnownPair]):
    """Two responses to one prompt, of which one is plainly better."""

    class Meta:
        model = KnownPair
        fields = ("contest", "prompt", "better", "worse", "note", "rationale", "active")

    def clean(self) -> dict[str, Any]:
        """Refuse what could never be shown as a battle, and the opposite of what is known."""
        said = _of_one_contest(self, ("prompt",))
        prompt, better, worse = (said.get(name) for name in ("prompt", "better", "worse"))
        if prompt and better and worse:
            for name, response in (("better", better), ("worse", worse)):
                if response.prompt_id != prompt.pk:
                    self.add_error(name, f"{response}: answers another prompt than {prompt}.")
            if better != worse and better.contestant_id == worse.contestant_id:
                self.add_error("worse", f"Both are of {better.contestant}; a battle is between two contestants.")
            if KnownPair.objects.filter(better=worse, worse=better).exclude(pk=self.instance.pk).exists():
                self.add_error("worse", "The opposite is a known pair already.")
        return said


class InvitationForm(forms.ModelForm[Invitation]):
    """A link that makes raters members."""

    class Meta:
        model = Invitation
        fields = ("contest", "group", "note", "most_uses", "expires_at")

    def clean(self) -> dict[str, Any]:
        """Refuse a group that does not take part in the contest: whoever accepted would be a member of nothing."""
        said = self.cleaned_data
        group, contest = said.get("group"), said.get("contest")
        if group and contest and not group.contests.filter(pk=contest.pk).exists():
            self.add_error("group", f"{group} does not take part in {contest}; add the contest to the group first.")
        if (said.get("most_uses") or self.instance.uses) < self.instance.uses:
            self.add_error("most_uses", f"{self.instance.uses} raters have accepted it already; revoke it to end it.")
        return said


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
