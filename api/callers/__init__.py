"""Who calls: keys, tokens, scopes, and how often each caller may call (`docs/security.md`)."""
