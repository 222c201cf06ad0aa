"""The database: opened by its address, brought to the newest version of the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from index.errors import HcpcsError

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x4843504353  # of PostgreSQL, while the tables are brought to the newest version
WAIT_S = 10


class FeedbackError(HcpcsError):
    """The database of picks cannot be used."""


def open_database(address: str) -> Any:
    """An engine of SQLAlchemy whose tables are of the newest version.

    SQLite writes through to the disk at every commit, in write-ahead mode, so that several workers can write.

    Raises:
        FeedbackError: If the extra is missing or the database cannot be opened.
    """
    try:
        import alembic  # noqa: F401 - `_migrate` needs it
        import sqlalchemy as sa
    except ImportError as error:
        raise FeedbackError(
            f"feedback needs {error.name}: pip install 'hcpcs-suggest[feedback]', or unset HCPCS_FEEDBACK"
        ) from error
    try:
        url = sa.make_url(address)
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=_connect(url))
        if url.get_backend_name() == "sqlite":
            sa.event.listen(engine, "connect", _durable)
        with engine.begin() as connection:
            _migrate(connection)
    except (sa.exc.SQLAlchemyError, ImportError, OSError) as error:
        raise FeedbackError(
            f"the feedback database cannot be opened ({type(error).__name__}); check HCPCS_FEEDBACK"
        ) from None  # its message may hold the password
    return engine


def _connect(url: Any) -> dict[str, Any]:
    return {"timeout": WAIT_S} if url.get_backend_name() == "sqlite" else {"connect_timeout": WAIT_S}


def _durable(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _migrate(connection: Any) -> None:
    """Bring the tables to the newest version; of several workers one does it at a time."""
    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    elif connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
