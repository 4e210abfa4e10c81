"""What browsers send, checked. Forms never write."""

from typing import Final

from django import forms

from arena.models import VoteOutcome

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
