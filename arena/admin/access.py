"""Who may take part: groups of raters, invitations, memberships."""

from typing import Any

from django.contrib import admin
from django.db.models import CharField, Count, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from arena.admin.base import FrozenMixin, log_each, tell
from arena.forms import InvitationForm
from arena.models import Invitation, Membership, RaterGroup
from arena.queries.invitations import why_closed
from arena.services.invitations import revoke_invitations


class MembershipInline(admin.TabularInline[Membership, RaterGroup]):
    """The members of a group."""

    model = Membership
    fields = ("rater", "invitation", "created_at")
    readonly_fields = ("invitation", "created_at")
    raw_id_fields = ("rater",)
    extra = 0


@admin.register(RaterGroup)
class RaterGroupAdmin(FrozenMixin, admin.ModelAdmin[RaterGroup]):
    """Groups. Their members are members of their contests."""

    list_display = ("name", "slug", "members_count", "note")
    search_fields = ("name", "slug", "note")
    filter_horizontal = ("contests",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RaterGroup]:
        """Count with the list, not once a row."""
        return super().get_queryset(request).annotate(n_members=Count("memberships"))

    def get_prepopulated_fields(self, request: HttpRequest, obj: RaterGroup | None = None) -> dict[str, Any]:
        """Suggest a slug while it can still be chosen."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    @admin.display(description="members", ordering="n_members")
    def members_count(self, group: RaterGroup) -> int:
        """How many belong to it."""
        return int(getattr(group, "n_members", 0))


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin[Membership]):
    """Memberships. To take one away is to delete it; votes stay."""

    list_display = ("rater", "contest", "group", "invitation", "created_at")
    list_filter = ("contest", "group")
    list_select_related = ("rater", "contest", "group", "invitation")
    search_fields = ("rater__public_id", "rater__user__username", "invitation__note")
    raw_id_fields = ("rater",)
    readonly_fields = ("invitation", "public_id", "created_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A membership is there or not; there is nothing to change about it."""
        return obj is None and super().has_change_permission(request, obj)


@admin.register(Invitation)
class InvitationAdmin(FrozenMixin, admin.ModelAdmin[Invitation]):
    """Invitations: links to pass on. Where one leads does not change once it was made."""

    form = InvitationForm
    list_display = ("contest", "group", "note", "used", "state", "link")
    list_filter = ("contest", "group")
    list_select_related = ("contest", "group", "created_by")
    search_fields = ("note", "contest__slug", "group__slug")
    readonly_fields = ("link", "state", "used", "created_by", "created_at", "revoked_at")
    frozen = ("group",)
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        """Know with each row under which address this site was reached, for the link to be whole."""
        site = Value(request.build_absolute_uri("/"), output_field=CharField())
        return super().get_queryset(request).annotate(site=site).prefetch_related("group__contests")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Links are revoked, so that whoever opens one is told."""
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        """Remember who made it, and show the link."""
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
        if not change:
            address = request.build_absolute_uri(reverse("arena:invitation", args=[obj.token]))
            self.message_user(request, f"The link to pass on: {address}")

    @admin.display(description="link to pass on")
    def link(self, invitation: Invitation) -> str:
        """The whole address, to be copied."""
        if invitation.pk is None:
            return "It is made when this is saved."
        address = reverse("arena:invitation", args=[invitation.token]).lstrip("/")
        return format_html(
            '<input type="text" size="60" readonly value="{}{}" aria-label="Link of {}">',
            getattr(invitation, "site", "/"),
            address,
            invitation,
        )

    @admin.display(description="accepted", ordering="uses")
    def used(self, invitation: Invitation) -> str:
        """How often, of how many times."""
        most = invitation.most_uses
        return f"{invitation.uses:,}" if most is None else f"{invitation.uses:,} of {most:,}"

    @admin.display(description="state")
    def state(self, invitation: Invitation) -> str:
        """Whether it works, and if not, why."""
        if invitation.pk is None:
            return "not made yet"
        return why_closed(invitation, timezone.now()).partition(".")[0] or "open"

    @admin.action(description="Revoke: the link leads nowhere any more", permissions=["change"])
    def revoke(self, request: HttpRequest, invitations: QuerySet[Invitation]) -> None:
        """Close links; whoever accepted one before stays a member."""
        touched = list(invitations)
        done = revoke_invitations(invitations)
        log_each(self, request, touched, "Revoked.")
        tell(self, request, done, f"invitation{'' if done == 1 else 's'} revoked; members stay members.")
