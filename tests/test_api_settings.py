"""Settings: read from a mapping, checked, and documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.settings import PREFIX, Settings, SettingsError, load_settings

DOCS = Path(__file__).parents[1] / "docs" / "settings.md"


def test_every_setting_has_its_row() -> None:
    """`docs/settings.md` has one row for each field of the settings, and no other."""
    rows = re.findall(r"^\| `(HCPCS_[A-Z_]+)` \|", DOCS.read_text(), re.MULTILINE)

    assert rows == [PREFIX + field.upper() for field in Settings.__struct_fields__]


def test_defaults() -> None:
    """An empty environment gives what the docs say."""
    expected = Settings(home=Path("~/.hcpcs").expanduser(), allowed_hosts=("loopback",))
    assert load_settings({}) == expected


@pytest.mark.parametrize("name", ["HCPCS_API_KEY", "HCPCS_CALLERS"])
def test_any_host_is_allowed_where_callers_are_checked(name: str) -> None:
    """A page that rebinds its name has no key; a list still holds."""
    assert load_settings({name: "k" * 16}).allowed_hosts == ()
    listed = load_settings({name: "k" * 16, "HCPCS_ALLOWED_HOSTS": "Codes.example.org, *.example.com"})
    assert listed.allowed_hosts == ("codes.example.org", "*.example.com")


def test_values_are_read() -> None:
    """Each variable reaches its field, in the field's type."""
    settings = load_settings(
        {
            "HCPCS_HOME": "/data",
            "HCPCS_INDEX": "/index",
            "HCPCS_API_KEY": " 0123456789abcdef ",
            "HCPCS_CALLERS": "/callers.toml",
            "HCPCS_ALLOWED_HOSTS": "*",
            "HCPCS_RATE_LIMIT": "600",
            "HCPCS_CORS_ORIGINS": "https://a.example/, http://b.example:8080",
            "HCPCS_ACCESS_LOG": "off",
            "HCPCS_TRAIL": "1",
            "HCPCS_TRAIL_KEY": "/run/secrets/trail",
        }
    )

    assert settings == Settings(
        home=Path("/data"),
        index=Path("/index"),
        api_key="0123456789abcdef",
        callers=Path("/callers.toml"),
        allowed_hosts=("*",),
        rate_limit=600,
        cors_origins=("https://a.example", "http://b.example:8080"),
        access_log=False,
        trail=Path("/data/trail"),
        trail_key=Path("/run/secrets/trail"),
    )
    assert load_settings({"HCPCS_TRAIL": "/var/log/hcpcs"}).trail == Path("/var/log/hcpcs")
    assert load_settings({"HCPCS_TRAIL": "off"}).trail is None


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("HCPCS_API_KEY", "short", "HCPCS_API_KEY must be at least 16"),
        ("HCPCS_API_KEY", "with a blank inside it", "HCPCS_API_KEY must be at least 16"),
        ("HCPCS_ALLOWED_HOSTS", "https://codes.example.org", "takes host names without port"),
        ("HCPCS_RATE_LIMIT", "many", "HCPCS_RATE_LIMIT must be a whole number"),
        ("HCPCS_CORS_ORIGINS", "ehr.hospital", "takes origins such as https://"),
        ("HCPCS_ACCESS_LOG", "perhaps", "HCPCS_ACCESS_LOG must be 1 or 0"),
    ],
)
def test_a_wrong_value_names_its_variable(name: str, value: str, message: str) -> None:
    """The sentence says which variable and what it takes; a key is not repeated."""
    with pytest.raises(SettingsError, match=message) as caught:
        load_settings({name: value})
    assert value not in str(caught.value)
