"""Addresses of the pages."""

from django.urls import path

from arena.views import battles, contests, health, leaderboards, logins, votes

app_name = "arena"

urlpatterns = [
    path("", contests.contest_list, name="contest_list"),
    path("contests/<slug:slug>/", contests.contest_detail, name="contest"),
    path("contests/<slug:slug>/battles/", battles.battle_open, name="battle_open"),
    path("contests/<slug:slug>/leaderboard/", leaderboards.leaderboard_page, name="leaderboard"),
    path("contests/<slug:slug>/leaderboard.csv", leaderboards.leaderboard_csv, name="leaderboard_csv"),
    path("battles/<str:token>/", battles.battle, name="battle"),
    path("battles/<str:token>/vote/", votes.vote_cast, name="vote_cast"),
    path("battles/<str:token>/skip/", battles.battle_skip, name="battle_skip"),
    path("login/<str:uid>/<str:token>/", logins.login_once, name="login_once"),
    path("healthz", health.health, name="health"),
]
