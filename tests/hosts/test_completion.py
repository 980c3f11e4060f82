"""Real shells on a terminal complete ``aws mfa …``, and everything else as without the plugin."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from awscli_mfa_plugin.completion.candidates import GLOBAL_OPTIONS
from awscli_mfa_plugin.completion.scripts import script_of
from awscli_mfa_plugin.completion.words import CommandLine, for_bash
from awscli_mfa_plugin.declaration import NOTHING
from tests.hosts.cache import host_folder
from tests.hosts.conftest import need
from tests.hosts.terminal import CTRL_C, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.hosts.home import Home

PROFILES = r"""
[default]
region = eu-west-1
[profile work]
mfa_serial = arn:aws:iam::111122223333:mfa/alice
[profile "two words"]
[profile "$(touch ran)"]
[profile "it's"]
[profile "back`touch ran`tick"]
[profile me@corp]
[profile "~root"]
"""
CREDENTIALS = """
[say "hi" !!]
"""
# What is typed (a tab where TAB is pressed), and the words that aws then gets.
TYPED = [
    ("aws mfa lo\ti\t", ["mfa", "login"]),
    ("aws mfa login --prof\tx", ["mfa", "login", "--profile", "x"]),
    ("aws mfa login --profile wo\t", ["mfa", "login", "--profile", "work"]),
    ("aws mfa login --profile tw\t", ["mfa", "login", "--profile", "two words"]),
    ("aws mfa login --profile 'tw\t", ["mfa", "login", "--profile", "two words"]),
    ('aws mfa login --profile "tw\t', ["mfa", "login", "--profile", "two words"]),
    ("aws mfa login --profile two\\ w\t", ["mfa", "login", "--profile", "two words"]),
    ("aws mfa login --profile=tw\t", ["mfa", "login", "--profile=two words"]),
    ("aws mfa login --profile \\$\t", ["mfa", "login", "--profile", "$(touch ran)"]),
    ("aws mfa login --profile '$\t", ["mfa", "login", "--profile", "$(touch ran)"]),
    ('aws mfa login --profile "\\$\t', ["mfa", "login", "--profile", "$(touch ran)"]),
    ("aws mfa login --profile ba\t", ["mfa", "login", "--profile", "back`touch ran`tick"]),
    ("aws mfa login --profile it\t", ["mfa", "login", "--profile", "it's"]),
    ("aws mfa login --profile me@\t", ["mfa", "login", "--profile", "me@corp"]),
    ("aws mfa login --profile '~\t", ["mfa", "login", "--profile", "~root"]),
    ("aws mfa login --profile \\~\t", ["mfa", "login", "--profile", "~root"]),
    ("aws mfa login --profile say\t", ["mfa", "login", "--profile", 'say "hi" !!']),
    ("aws mfa login --serial-number ar\t", [*["mfa", "login", "--serial-number"], "ALICE"]),
    ("aws mfa login --serial-number arn:aws:i\t", [*["mfa", "login", "--serial-number"], "ALICE"]),
    ("aws mfa export --format po\t", ["mfa", "export", "--format", "powershell"]),
    ("aws mfa alias uni\t", ["mfa", "alias", "uninstall"]),
    ("aws --profile work mfa stat\t", ["--profile", "work", "mfa", "status"]),
    ("AWS_PROFILE=work aws mfa stat\t", ["mfa", "status"]),
    ("aws mfa configure --from only\t", ["mfa", "configure", "--from", "only one.yaml"]),
    ("aws mfa configure --from=only\t", ["mfa", "configure", "--from=only one.yaml"]),
    ("aws mfa exec -- only-a-pro\tx", ["mfa", "exec", "--", "only-a-program", "x"]),
    ("aws mfa exec -- ls only\t", ["mfa", "exec", "--", "ls", "only one.yaml"]),
]
ALICE = "arn:aws:iam::111122223333:mfa/alice"

# How each shell starts, and the file that it reads then.
FUNCTION = "aws() { printf '%s' @@; printf '<%s>' \"$@\"; echo @@; }\nPS1='ready> '\n"
FISH_FUNCTION = (
    "function aws; printf '%s' @@; printf '<%s>' $argv; echo @@; end\n"
    "function fish_prompt; echo -n 'ready> '; end\nset -g fish_greeting\n"
)
COMPINIT = "autoload -Uz compinit && compinit -u\n"


@dataclass(frozen=True)
class Shell:
    """A shell: its start, where its settings go, and what loads our completion."""

    name: str
    arguments: tuple[str, ...]
    settings: str
    ours: str


SHELLS = {
    "bash": Shell(
        name="bash",
        arguments=("--noprofile", "--rcfile", ".bashrc", "-i"),
        settings=".bashrc",
        ours=FUNCTION
        + "bind 'set show-all-if-ambiguous on'\n"
        + 'eval "$(awscli-mfa completion bash)"\n',
    ),
    "zsh": Shell(
        name="zsh",
        arguments=("-i",),
        settings=".zshrc",
        ours=COMPINIT + FUNCTION + 'eval "$(awscli-mfa completion zsh)"\n',
    ),
    "fish": Shell(
        name="fish",
        arguments=("-i",),
        settings=".config/fish/config.fish",
        ours=FISH_FUNCTION
        + "awscli-mfa completion fish >~/.config/fish/completions/aws.fish 2>/dev/null\n",
    ),
}


class Session:
    """A shell in the foreground of a terminal, whose ``aws`` shows the words that it gets."""

    def __init__(self, shell: Shell, home: Home, settings: str, path: str) -> None:
        """Start the shell with these settings and this PATH."""
        file = home.path / shell.settings
        (file.parent / "completions").mkdir(parents=True, exist_ok=True)
        file.write_text(settings)
        self._terminal = Terminal(
            [f"/usr/bin/{shell.name}", *shell.arguments],
            env=home.environment({"PATH": path, "SHELL": f"/usr/bin/{shell.name}"}),
            cwd=home.path,
            columns=200,
        )
        home.terminals.append(self._terminal)
        self._terminal.expect("ready> ")

    def words_of(self, typed: str) -> list[str]:
        """Type a line and press Return; return the words that ``aws`` was given."""
        self._terminal.send_line(typed)
        self._terminal.expect("@@")
        words = self._terminal.expect("@@")
        self._terminal.expect("ready> ")
        return words.removeprefix("<").removesuffix(">").split("><")

    def listed_after(self, typed: str, name: str) -> str:
        """Type an unfinished line; return what is listed from ``name`` on, and drop the line."""
        self._terminal.send(typed)
        self._terminal.expect(name)
        self._terminal.send(CTRL_C)
        return self._terminal.expect("ready> ")


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> Shell:
    """Return each shell in turn."""
    if not shutil.which(request.param, path="/usr/bin:/bin"):
        if os.environ.get("AWSCLI_MFA_REQUIRE_HOSTS"):
            pytest.fail(f"{request.param} isn't installed", pytrace=False)
        pytest.skip(f"{request.param} isn't installed")
    return SHELLS[request.param]


@pytest.fixture
def path(home: Home, console_script: Path, tools: Path) -> Iterator[str]:
    """Return a PATH with the CLI and ``awscli-mfa``, in a home with profiles and files."""
    home.write_config(PROFILES)
    home.write_credentials(CREDENTIALS)
    (home.path / "only one.yaml").touch()
    programs = home.path / "programs"
    programs.mkdir()
    (programs / "awscli-mfa").symlink_to(console_script)
    program = programs / "only-a-program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    yield f"{programs}:{home.host.aws.parent}:{tools}"
    assert not (home.path / "ran").exists()


def test_bash_reads_every_quoted_value() -> None:
    """Each printable character of ASCII, bare and between both kinds of quotes."""
    values = [f"{chr(number)}x{chr(number)}" for number in range(32, 127)]
    quotes = ("", "'", '"')
    words = [
        quote + for_bash(value, CommandLine(quote, "bash")) + quote
        for value in values
        for quote in quotes
    ]
    script = f"printf '%s\\n' {' '.join(words)}"
    done = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [value for value in values for _ in quotes]


def test_the_global_options_are_those_of_the_clis() -> None:
    """Those of all hosts together, with the values of each."""
    known: dict[str, set[str]] = {}
    flags = set()
    for name in ("v1", "v2", "v2-debian"):
        need(name)
        file = next(host_folder(name).glob("**/awscli/data/cli.json"))
        for option, settings in json.loads(file.read_text("utf-8"))["options"].items():
            known.setdefault(f"--{option}", set()).update(settings.get("choices", ()))
            flags |= {f"--{option}"} if "action" in settings else set()
    # For users on their way to v2; it has nothing to do with aws mfa.
    del known["--v2-debug"]
    assert set(GLOBAL_OPTIONS) == set(known)
    for option, takes in GLOBAL_OPTIONS.items():
        assert (takes == NOTHING) == (option in flags)
        assert known[option] == (set(takes) if isinstance(takes, tuple) else set())


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_a_shell_completes_aws_mfa(home: Home, shell: Shell, path: str) -> None:
    """Commands, options, values and files arrive whole and quoted, and none of them is executed."""
    session = Session(shell, home, shell.ours, path)
    got = [(typed, session.words_of(typed)) for typed, _ in TYPED]
    assert got == [
        (typed, [ALICE if word == "ALICE" else word for word in words]) for typed, words in TYPED
    ]


@pytest.mark.parametrize(
    ("host", "shell"),
    [("v1", "bash"), ("v2", "bash"), ("v2", "zsh"), ("v2", "fish")],
    indirect=True,
)
def test_everything_else_is_completed_as_before(home: Home, shell: Shell, path: str) -> None:
    """By the CLI's own completer; 'mfa' is listed beside its commands."""
    ours = Session(shell, home, shell.ours, path)
    assert ours.words_of("aws s3 l\t") == ["s3", "ls"]
    # Before any line with 'mfa' is in the history: fish suggests from there.
    assert re.search(r"\bmfa\b", ours.listed_after("aws m\t", "machinelearning"))
    assert ours.words_of("aws mf\t") == ["mfa"]


@pytest.mark.parametrize("host", ["v2"], indirect=True)
def test_the_clis_completion_works_without_ours(home: Home, shell: Shell, path: str) -> None:
    """If ``awscli-mfa`` is missing or broken, the shell uses the CLI's, without a message."""
    program = home.path / "programs" / "awscli-mfa"
    session = Session(shell, home, shell.ours, path)
    program.unlink()
    assert session.words_of("aws s3 l\t") == ["s3", "ls"]
    program.write_text("#!/bin/sh\necho broken; echo broken >&2; exit 3\n")
    program.chmod(0o755)
    # Another line: fish suggests from its history.
    assert session.words_of("aws s3 w\t") == ["s3", "website"]


@pytest.mark.parametrize("host", ["v2-debian"], indirect=True)
def test_a_cli_without_a_completer_has_aws_mfa_completed(
    home: Home, shell: Shell, path: str
) -> None:
    """Without a message about the CLI's missing completer."""
    text = script_of(shell.name, str(home.path / "no-completer"))
    settings = re.sub(r"eval .*awscli-mfa completion.*", "source ~/completion", shell.ours)
    if shell.name == "zsh":
        # Where Debian's package puts the completion of its own aws.
        settings = f"fpath=(${{fpath:#*/vendor-completions}})\n{settings}"
    if shell.name == "fish":
        settings = re.sub(r"awscli-mfa completion fish .*", "source ~/completion", shell.ours)
    (home.path / "completion").write_text(text)
    session = Session(shell, home, settings, path)
    assert session.words_of("aws mfa statu\t") == ["mfa", "status"]
    assert session.words_of("aws sts get\t") == ["sts", "get"]


@pytest.mark.parametrize("host", ["v2"], indirect=True)
@pytest.mark.parametrize("shell", ["zsh"], indirect=True)
def test_debians_completion_does_not_replace_ours(home: Home, shell: Shell, path: str) -> None:
    """Debian's '_aws' registers the CLI's completer at its first call; ours keeps working."""
    (home.path / "functions").mkdir()
    (home.path / "functions" / "_aws").write_text(
        "#compdef aws\nautoload -Uz bashcompinit\nbashcompinit -i\ncomplete -C aws_completer aws\n"
    )
    session = Session(shell, home, f"fpath=(~/functions $fpath)\n{shell.ours}", path)
    assert session.words_of("aws s3 l\t") == ["s3", "ls"]
    assert session.words_of("aws mfa statu\t") == ["mfa", "status"]
    assert session.words_of("aws s3 l\t") == ["s3", "ls"]


@pytest.mark.parametrize("host", ["v2-debian"], indirect=True)
@pytest.mark.parametrize("shell", ["bash"], indirect=True)
def test_a_completer_that_the_user_named_is_kept(home: Home, shell: Shell, path: str) -> None:
    """Also from a folder with blanks."""
    completer = home.path / "programs" / "the user's own"
    completer.write_text(
        '#!/bin/sh\n[ "$COMP_LINE:$COMP_POINT:$2:$3" = "aws s3 c:8:c:s3" ] && echo chosen\n'
    )
    completer.chmod(0o755)
    quoted = shlex.quote(shlex.quote(str(completer)))
    settings = f"complete -C {quoted} aws\n{shell.ours}{shell.ours}"
    session = Session(shell, home, settings, path)
    assert session.words_of("aws s3 c\t") == ["s3", "chosen"]
    assert session.words_of("aws mfa statu\t") == ["mfa", "status"]
