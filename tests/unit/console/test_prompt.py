"""``awscli-mfa prompt``: what it shows of which session, and that it loads little."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_mfa_plugin.console.main import main
from awscli_mfa_plugin.console.prompt import seconds_of, segment
from awscli_mfa_plugin.files.locks import Locks
from awscli_mfa_plugin.files.session_cache import SessionCache
from awscli_mfa_plugin.files.state import StateFolder
from awscli_mfa_plugin.session.expiry import rfc3339
from awscli_mfa_plugin.session.records import Session
from awscli_mfa_plugin.session.sections import session_options

CHECKOUT = Path(__file__).parents[3]
FIRST, LAST = datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2999-01-01")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=timezone.utc)
LONG_LIVED = {"aws_access_key_id": "AKIA1", "aws_secret_access_key": "long-lived-secret"}
IN_ENVIRONMENT = {
    "AWS_SESSION_TOKEN": "t",
    "AWS_CREDENTIAL_EXPIRATION": "2026-11-24T09:30:00Z",
    "AWSUME_PROFILE": "ops",
}


def session_for(hours: float) -> Session:
    """Return a session with so many hours left."""
    end = NOW + timedelta(hours=hours)
    return Session("ASIA1", "secret", "token", end, end - timedelta(hours=12))


def section(name: str, options: dict[str, str]) -> str:
    """Return a section of a file."""
    return f"[{name}]\n" + "".join(f"{option} = {value}\n" for option, value in options.items())


class Home:
    """A home with both shared files."""

    def __init__(self, path: Path) -> None:
        """Make it, with a session in profile mfa, and beside the keys of profile work."""
        self.path = path
        self.folder = path / ".aws"
        self.folder.mkdir()
        self.config = self.folder / "config"
        self.credentials = self.folder / "credentials"
        self.config.write_text(
            "[profile mfa]\nmfa_source_profile = default\n"
            "[profile ops]\nrole_arn = r\nsource_profile = deputy\n"
            '[profile "deputy"]\nrole_arn = r\nsource_profile = mfa\n'
            "[profile circle]\nrole_arn = r\nsource_profile = circle\n"
            "[profile work]\nmfa_session = on\n[profile off]\n"
            "mfa_session = off\nmfa_source_profile = default\n"
        )
        self.credentials.write_text(
            section("default", LONG_LIVED)
            + section("work", LONG_LIVED)
            + section("off", LONG_LIVED)
            + section("mfa", session_options(session_for(11.99)))
        )
        self.save("work", 3)
        self.save("off", 3)

    def save(self, profile: str, hours: float) -> None:
        """Keep a session beside a profile's own keys."""
        locks = Locks(StateFolder(str(self.folder / "cli/awscli-mfa")))
        cache = SessionCache(str(self.folder / "cli/cache"), str(self.credentials), locks)
        cache.save(profile, "AKIA1", session_for(hours))

    def shown(self, profile: str = "", **environment: str) -> str:
        """Return what is shown, or ""."""
        given = {"HOME": str(self.path), "USERPROFILE": str(self.path), **environment}
        try:
            return " ".join(segment(profile, given, NOW.timestamp()) or ())
        except (OSError, ValueError, KeyError):
            return ""  # as the command does


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return a home, which ``~`` means too."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    return Home(tmp_path)


SHOWN = {
    "the default name": ("", {}, "mfa 11h59m"),
    "AWS_PROFILE": ("", {"AWS_PROFILE": "work"}, "work 3h00m"),
    "AWS_DEFAULT_PROFILE": ("", {"AWS_DEFAULT_PROFILE": "work"}, "work 3h00m"),
    "an option": ("work", {"AWS_PROFILE": "mfa"}, "work 3h00m"),
    "a role's role": ("ops", {}, "ops 11h59m"),
    "a role on itself": ("circle", {}, ""),
    "long-lived keys alone": ("default", {}, ""),
    "a profile that opted out": ("off", {}, ""),
    "nobody": ("nobody", {}, ""),
    "the environment": ("", {**IN_ENVIRONMENT, "AWS_PROFILE": "mfa"}, "ops 30m"),
    "the name by exec alone": (
        "",
        {**IN_ENVIRONMENT, "AWSUME_PROFILE": "", "AWS_MFA_PROFILE": "x"},
        "x 30m",
    ),
    "an option before the environment": ("mfa", IN_ENVIRONMENT, "mfa 11h59m"),
    "a shell of exec --server": (
        "",
        {"AWS_PROFILE": "awscli-mfa-exec", "AWS_MFA_PROFILE": "work", "AWSUME_PROFILE": "work"},
        "work 3h00m",
    ),
    "what a session left": ("", {**IN_ENVIRONMENT, "AWS_SESSION_TOKEN": ""}, "mfa 11h59m"),
}


@pytest.mark.parametrize(("profile", "environment", "text"), SHOWN.values(), ids=SHOWN.keys())
def test_the_session_that_commands_use_is_shown(
    home: Home, profile: str, environment: dict[str, str], text: str
) -> None:
    """By profile, or the one in the environment."""
    assert home.shown(profile, **environment) == text


@pytest.mark.parametrize(
    ("seconds", "left"),
    [
        (43_200, "12h00m"),
        (3600, "1h00m"),
        (3599, "59m"),
        (60, "1m"),
        (59, "59s"),
        (0, "expired"),
        (-9999, "expired"),
    ],
)
def test_the_time_left_is_short(home: Home, seconds: int, left: str) -> None:
    """Rounded down, so that it never promises too much."""
    end = rfc3339(NOW + timedelta(seconds=seconds))
    assert home.shown(**{**IN_ENVIRONMENT, "AWS_CREDENTIAL_EXPIRATION": end}) == f"ops {left}"


def test_a_session_that_isnt_there_any_more_isnt_shown(home: Home) -> None:
    """Its key was replaced, it was logged out, or its end isn't known."""
    text = home.credentials.read_text()
    home.credentials.write_text(text.replace("AKIA1", "AKIA2"))
    assert home.shown("work") == ""
    home.credentials.write_text(text.replace("ASIA1", "AKIA3"))
    assert home.shown() == ""
    home.credentials.write_text(text.replace("expiration", "expired"))
    assert home.shown() == ""
    home.credentials.unlink()
    home.config.unlink()
    assert home.shown() == ""


def test_a_name_is_no_command_to_a_shell(home: Home) -> None:
    """Prompts of zsh and tmux take ``%`` and ``#``, terminals take control characters."""
    name = "a-b_c.d@e+ü %x$(id)`id`#[x]\\w\x1b[1m;"
    assert home.shown(**{**IN_ENVIRONMENT, "AWSUME_PROFILE": name}) == (
        "a-b_c.d@e+ü ?x??id??id???x??w??1m? 30m"
    )


@given(st.datetimes(FIRST, LAST), st.integers(-840, 840))
def test_times_are_those_of_datetime(when: datetime, minutes: int) -> None:
    """Whatever the offset; fractions are dropped."""
    aware = when.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    expected = int(aware.replace(microsecond=0).timestamp())
    assert seconds_of(aware.isoformat()) == expected
    utc = aware.astimezone(timezone.utc).replace(tzinfo=None)
    assert seconds_of(f"{utc.isoformat(timespec='seconds')}Z") == expected


@pytest.mark.parametrize("text", ["", "soon", "2026-11-24", "2026-11-24T09:00:00", "2026-11-24T9Z"])
def test_what_isnt_a_time_is_refused(text: str) -> None:
    """As a ValueError or KeyError, which the prompt keeps to itself."""
    with pytest.raises((ValueError, KeyError)):
        seconds_of(text)


@pytest.mark.usefixtures("home")
def test_the_format_has_the_profile_and_the_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else of it is taken for more than text."""
    for name, value in IN_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", "2001-01-01T00:00:00Z")
    assert main(["prompt"]) == 0
    assert main(["prompt", "--format", "<{left}|{profile}|{0}|%s> "]) == 0
    assert main(["prompt", "--format="]) == 0
    assert capsys.readouterr().out == "ops expired\n<expired|ops|{0}|%s> \n\n"


def test_a_prompt_never_shows_an_error(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """The next command reports it."""
    home.credentials.write_bytes(b"[mfa]\naws_session_token = \xff\n")
    assert main(["prompt"]) == 0
    home.credentials.unlink()
    home.credentials.mkdir()
    assert main(["prompt"]) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")


@pytest.mark.parametrize("words", [["mfa"], ["--profile"], ["--format"], ["--x=1"]])
def test_wrong_usage_is_said(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With 252, as everywhere."""
    assert main(["prompt", *words]) == 252
    assert capsys.readouterr().err.startswith("usage: awscli-mfa prompt")


def test_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout."""
    assert main(["prompt", "--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: awscli-mfa prompt")


def test_it_loads_little(home: Home) -> None:
    """A shell runs it at each prompt."""
    done = subprocess.run(
        [
            *(sys.executable, "-I", "-S", "-X", "importtime", "-c"),
            (
                f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n"
                "from awscli_mfa_plugin.console.main import main\n"
                "sys.exit(main(['prompt', '--profile', 'work']))"
            ),
        ],
        env={"HOME": str(home.path), "USERPROFILE": str(home.path)},
        capture_output=True,
        check=True,
        text=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.stdout.startswith("work ")
    ours = {name for name in loaded if name.startswith("awscli_mfa_plugin.")}
    names = ("console", "console.main", "console.prompt", "files", "files.paths", "session")
    assert ours == {f"awscli_mfa_plugin.{name}" for name in names}
    assert not loaded & {"datetime", "configparser", "json", "re", "hashlib", "typing"}
