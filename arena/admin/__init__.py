"""The admin: doors for those who run contests. Django shows the rows; every verb on them is a service's."""

from django.contrib import admin

from arena.admin import (
    access,
    battles,
    boards,
    contests,
    criteria,
    judges,
    live,
    logins,
    matchmaking,
    prompts,
    providers,
    reports,
    runs,
    talks,
    terms,
    votes,
)

__all__ = [
    "access",
    "battles",
    "boards",
    "contests",
    "criteria",
    "judges",
    "live",
    "logins",
    "matchmaking",
    "prompts",
    "providers",
    "reports",
    "runs",
    "talks",
    "terms",
    "votes",
]

admin.site.site_header = "Versus"
admin.site.site_title = "Versus"
admin.site.index_title = "Contests and their votes"
