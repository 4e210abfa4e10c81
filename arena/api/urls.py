"""Addresses of the API."""

from django.urls import path

from arena.api import (
    battles,
    calibration,
    contests,
    exports,
    invitations,
    leaderboards,
    live,
    matchmaking,
    me,
    own_data,
    profiles,
    reports,
    schema,
    talks,
)

app_name = "api"

urlpatterns = [
    path("contests/", contests.ContestListView.as_view(), name="contest_list"),
    path("contests/<slug:slug>/", contests.ContestView.as_view(), name="contest"),
    path("contests/<slug:slug>/leaderboard/", leaderboards.LeaderboardView.as_view(), name="leaderboard"),
    path("contests/<slug:slug>/leaderboard.csv", leaderboards.LeaderboardCsvView.as_view(), name="leaderboard_csv"),
    path("contests/<slug:slug>/matchmaking/", matchmaking.MatchmakingView.as_view(), name="matchmaking"),
    path("contests/<slug:slug>/votes/", exports.VoteListView.as_view(), name="votes"),
    path("contests/<slug:slug>/preferences.jsonl", exports.PreferenceView.as_view(), name="preferences"),
    path("contests/<slug:slug>/battles/", battles.BattleListView.as_view(), name="battle_list"),
    path("contests/<slug:slug>/live/", live.LiveListView.as_view(), name="live_list"),
    path("live/<str:token>/", live.LiveView.as_view(), name="live"),
    path("live/<str:token>/events/", live.LiveEventsView.as_view(), name="live_events"),
    path("live/<str:token>/follow-up/", live.LiveFollowUpView.as_view(), name="live_follow_up"),
    path("live/<str:token>/stop/", live.LiveStopView.as_view(), name="live_stop"),
    path("contests/<slug:slug>/talks/", talks.TalkListView.as_view(), name="talk_list"),
    path("talks/<str:token>/", talks.TalkView.as_view(), name="talk"),
    path("talks/<str:token>/events/", talks.TalkEventsView.as_view(), name="talk_events"),
    path("talks/<str:token>/stop/", talks.TalkStopView.as_view(), name="talk_stop"),
    path("talks/<str:token>/note/", talks.TalkNoteView.as_view(), name="talk_note"),
    path("contests/<slug:slug>/calibration/", calibration.CalibrationView.as_view(), name="calibration"),
    path("contests/<slug:slug>/profile/", profiles.ProfileView.as_view(), name="profile"),
    path("battles/<str:token>/", battles.BattleView.as_view(), name="battle"),
    path("battles/<str:token>/vote/", battles.BattleVoteView.as_view(), name="battle_vote"),
    path("battles/<str:token>/remarks/", battles.BattleRemarksView.as_view(), name="battle_remarks"),
    path("battles/<str:token>/reports/", reports.BattleReportView.as_view(), name="battle_reports"),
    path("battles/<str:token>/undo/", battles.BattleUndoView.as_view(), name="battle_undo"),
    path("battles/<str:token>/skip/", battles.BattleSkipView.as_view(), name="battle_skip"),
    path("terms/", own_data.TermsView.as_view(), name="terms"),
    path("me/consent/", own_data.ConsentView.as_view(), name="consent"),
    path("me/data/", own_data.MyDataView.as_view(), name="my_data"),
    path("me/leave/", own_data.LeaveView.as_view(), name="leave"),
    path("invitations/<str:token>/", invitations.InvitationView.as_view(), name="invitation"),
    path("me/", me.MeView.as_view(), name="me"),
    path("schema/", schema.SchemaView.as_view(), name="schema"),
    path("docs/", schema.DocsView.as_view(url_name="api:schema"), name="docs"),
]
