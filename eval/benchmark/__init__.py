"""The open benchmark: submissions, their checks and scores, and the leaderboard of scored cards."""
