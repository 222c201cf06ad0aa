"""Model Context Protocol: the service as tools and resources that an agent can use.

Only `server`, `transport` and `logs` know the SDK, which is an extra; the others state what is offered.
"""
