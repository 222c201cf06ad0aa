"""One module for each `hcpcs` sub-command, imported only when that command is run.

Each has `HELP` (one line or more), `EXAMPLE`, `add_arguments(parser)` and `run(arguments, settings)`, which
returns the exit code: 0 done, 1 the work failed or a gate was missed. Bad input is raised as `HcpcsError`.
"""
