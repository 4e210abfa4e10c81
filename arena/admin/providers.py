"""Providers as admins enter them. A key is typed once, and never shown again."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from arena.models import ProviderEndpoint
from arena.queries.providers import is_overruled
from arena.services.errors import ServiceError
from arena.services.providers import check_provider, check_provider_fields, save_provider


class ProviderForm(forms.ModelForm[ProviderEndpoint]):
    """A provider, with a field for a key that is written and never read."""

    key = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Encrypted before it is stored, and never shown again. Leave it empty to keep the one that is there.",
    )
    forget_key = forms.BooleanField(required=False, label="Take the key away", help_text="For endpoints without keys.")

    class Meta:
        model = ProviderEndpoint
        fields = ("name", "base_url", *ProviderEndpoint.LIMITS)

    def clean(self) -> dict[str, Any]:
        """Say what is wrong before anything is stored."""
        found = super().clean() or {}
        # Of a stored row the name is shown and not sent.
        row = ProviderEndpoint(pk=self.instance.pk, base_url=found.get("base_url", self.instance.base_url))
        row.name = found.get("name", self.instance.name)
        try:
            if not self.errors:
                check_provider_fields(row, found.get("key", ""), forget_key=found.get("forget_key", False))
        except ServiceError as error:
            raise forms.ValidationError(str(error)) from error
        return found


@admin.register(ProviderEndpoint)
class ProviderEndpointAdmin(admin.ModelAdmin[ProviderEndpoint]):
    """Endpoints beside those of VERSUS_PROVIDERS."""

    form = ProviderForm
    list_display = ("name", "base_url", "key_shown", "used")
    search_fields = ("name", "base_url")
    readonly_fields = ("key_shown", "used", "public_id", "created_at")
    fieldsets = (
        (None, {"fields": ("name", "base_url", "key", "key_shown", "forget_key", "used")}),
        ("Limits; empty means the default", {"fields": ProviderEndpoint.LIMITS}),
        (None, {"fields": ("public_id", "created_at")}),
    )
    actions = ("try_out",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Freeze the name once it is there: contestants call the provider by it."""
        return (*self.readonly_fields, "name") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: ProviderEndpoint, form: Any, change: bool) -> None:
        """Seal the key and store the row."""
        save_provider(obj, form.cleaned_data["key"], forget_key=form.cleaned_data["forget_key"])

    @admin.display(description="stored key")
    def key_shown(self, row: ProviderEndpoint) -> str:
        """The last four characters of a long key, and no more."""
        if not row.sealed_key:
            return "none"
        return f"ends in {row.key_ends}" if row.key_ends else "set"

    @admin.display(description="used")
    def used(self, row: ProviderEndpoint) -> str:
        """Whether the environment names another one of this name."""
        return "no: VERSUS_PROVIDERS has one of this name" if is_overruled(row.name) else "yes"

    @admin.action(description="Try: ask for one token", permissions=["change"])
    def try_out(self, request: HttpRequest, rows: QuerySet[ProviderEndpoint]) -> None:
        """Ask each for one token, and tell what came of it."""
        for row in rows:
            try:
                found = check_provider(row.name)
            except ServiceError as error:
                self.message_user(request, f"{row.name}: {error}", messages.WARNING)
                continue
            self.message_user(request, found.told, messages.SUCCESS if found.works else messages.ERROR)
