"""Addresses of the API."""

from django.urls import path

from arena.api import battles, contests, exports, leaderboards, schema

app_name = "api"

urlpatterns = [
    path("contests/", contests.ContestListView.as_view(), name="contest_list"),
    path("contests/<slug:slug>/", contests.ContestView.as_view(), name="contest"),
    path("contests/<slug:slug>/leaderboard/", leaderboards.LeaderboardView.as_view(), name="leaderboard"),
    path("contests/<slug:slug>/leaderboard.csv", leaderboards.LeaderboardCsvView.as_view(), name="leaderboard_csv"),
    path("contests/<slug:slug>/votes/", exports.VoteListView.as_view(), name="votes"),
    path("contests/<slug:slug>/preferences.jsonl", exports.PreferenceView.as_view(), name="preferences"),
    path("contests/<slug:slug>/battles/", battles.BattleListView.as_view(), name="battle_list"),
    path("battles/<str:token>/", battles.BattleView.as_view(), name="battle"),
    path("battles/<str:token>/vote/", battles.BattleVoteView.as_view(), name="battle_vote"),
    path("battles/<str:token>/skip/", battles.BattleSkipView.as_view(), name="battle_skip"),
    path("schema/", schema.SchemaView.as_view(), name="schema"),
    path("docs/", schema.DocsView.as_view(url_name="api:schema"), name="docs"),
]
