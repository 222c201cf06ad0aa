"""Puts the trail around an app. Nothing else of the trail is imported while it is off."""

from __future__ import annotations

from collections.abc import Callable

from litestar import Litestar

from api.settings import Settings
from api.trail.errors import TrailError


def record_requests(app: Litestar, settings: Settings, release: Callable[[], str]) -> None:
    """Record every request of an app in the trail that the settings name.

    Args:
        app: Its outermost handler is wrapped; start and stop are recorded too.
        settings: Folder and key file.
        release: Gives the release that answers now.

    Raises:
        TrailError: If the trail or its key cannot be written or read.
    """
    if settings.trail is None:
        return
    try:
        from api.trail.middleware import TrailMiddleware
        from api.trail.refused import RefusedRequests
        from api.trail.writer import TrailWriter
    except ImportError:  # no file locks
        raise TrailError("the audit trail needs the file locks of Linux or macOS") from None
    from api.trail.key import read_or_make_key

    key = read_or_make_key(settings.trail_key or settings.home / "trail.key")
    trail = TrailWriter(settings.trail, key)
    around = TrailMiddleware(app.asgi_handler, trail, release)
    around.start()
    app.asgi_handler = around
    refused = RefusedRequests(trail, [route.path_format for route in app.routes])
    app.state.record_refused = refused.count  # for the server
    app.on_shutdown += [refused.write, around.stop]
