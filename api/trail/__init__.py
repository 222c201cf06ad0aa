"""The audit trail: who asked when, in files that show gaps and edits (`docs/trail.md`)."""
