"""Allowed hosts: a request for another name is refused, so that no web page can rebind its name to us."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

ANY, LOOPBACK, ADDRESS = "*", "loopback", "address"
MAX_SEEN = 256


class AllowedHosts:
    """The names under which the service may be called.

    Args:
        names: Host names without port; `*.example.org` for every name under it, `loopback` for this machine's
            own names and addresses, `address` for any IP address (no page can rebind one), `*` for any.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.lower() for name in names)
        self._seen: dict[bytes, bool] = {}
        self.any = ANY in self._names

    def allows(self, host: bytes) -> bool:
        """Whether the value of a `Host` header is allowed."""
        allowed = self._seen.get(host)
        if allowed is None:
            allowed = self._look(host)
            if len(self._seen) < MAX_SEEN:
                self._seen[host] = allowed
        return allowed

    def _look(self, host: bytes) -> bool:
        name = _name(host.decode("latin-1").strip().lower())
        if name is None:
            return False
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            if name == "localhost" or name.endswith(".localhost"):
                return LOOPBACK in self._names or ADDRESS in self._names
            return any(entry.startswith("*.") and name.endswith(entry[1:]) for entry in self._names)
        return ADDRESS in self._names or (LOOPBACK in self._names and address.is_loopback)


def _name(host: str) -> str | None:
    """The name of `name:port` or `[address]:port`, or None if it is neither."""
    if host.startswith("["):
        name, closed, port = host[1:].partition("]")
        port = port.removeprefix(":") if not port or port.startswith(":") else "?"
        return name if closed and (not port or port.isdigit()) else None
    name, _, port = host.partition(":")
    return name.removesuffix(".") if name and (not port or port.isdigit()) else None
