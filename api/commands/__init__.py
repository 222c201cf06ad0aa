"""One module per `hcpcs` sub-command, imported only when its word is typed.

Each has `HELP` (one line), `add_arguments(parser)` and `run(arguments, settings) -> int` (0 done, 1 the work
failed or a gate was missed). Errors are raised as `HcpcsError`, bad usage as `UsageError`.
"""
