"""Labelled cases: reading them, checking them, and the codes they are judged against."""
