"""Checks that the packages of the `eval` extra are installed, before anything is computed."""

from __future__ import annotations

from importlib.util import find_spec

from eval.errors import MissingExtraError

MODULES = ("ir_measures", "jinja2", "matplotlib", "scipy")


def check_extra() -> None:
    """Look for the packages without importing them.

    Raises:
        MissingExtraError: If one is not installed.
    """
    missing = [name for name in MODULES if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"hcpcs eval needs the extra `eval`, of which {', '.join(missing)} is not installed here;"
            " install it with: pip install 'hcpcs-suggest[eval]'"
        )
