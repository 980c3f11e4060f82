"""Values that are set and unset are correct in real shells, and by the rules of others."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import botocore.session
import pytest
from botocore.exceptions import ProfileNotFound
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_mfa_plugin.errors import ConfigurationError
from awscli_mfa_plugin.export.formats import FORMATS, FORMATS_OF_FILES
from awscli_mfa_plugin.export.shells import evaluated, format_of_shell, script

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

AWS_VALUES = {
    "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjE//+" * 60 + "==",
    "AWS_CREDENTIAL_EXPIRATION": "2026-11-24T13:37:36+00:00",
    "AWS_REGION": "eu-central-1",
}
UNSET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")

ASCII = [chr(number) for number in range(1, 128)]
PAIRS = "".join(one + other for one in ASCII for other in ASCII)
"""Every ASCII character beside every other."""

PLANES = [
    "".join(map(chr, range(max(start, 1), start + 2048)))
    for start in (*range(0, 0x10000, 2048), *range(0x10000, 0x110000, 0x10000))
    if not 0xD800 <= start < 0xE000  # the surrogates
]
"""The whole of Unicode's first plane, and the start of each other one."""

HARD = st.text("'\\!\"`$\n\t ab;#&|<>()[]{}*?~^%=é\u2019\U0001f600")
ANY = HARD | st.text(st.characters(exclude_characters="\0", codec="utf-8"))
VALUES = st.lists(ANY, min_size=9)


SCRIPTS = {
    "sh": ("sh", "a'b $c\n!", "unset GONE;\nexport NAME='a'\\''b $c\n!';\n"),
    "fish": (
        "fish",
        "a'b\\ $c\n!",
        "while set -q GONE; and set -e GONE; end;\nset -gx NAME 'a\\'b\\\\ $c'\\n'!';\n",
    ),
    "csh": ("csh", "a'b\\ $c!", "unsetenv GONE;\nsetenv NAME 'a'\\''b'\\\\' $c'\\!'';\n"),
    "powershell": (
        "powershell",
        "a'b`$c",
        "Remove-Item Env:GONE -ErrorAction SilentlyContinue\n$Env:NAME = 'a''b`$c'\n",
    ),
    "powershell by number": (
        "powershell",
        "a\u2019b\n\U0001f600",
        (
            "Remove-Item Env:GONE -ErrorAction SilentlyContinue\n$Env:NAME = "
            "'a' + [char]0x2019 + 'b' + [char]0x000A + [char]0xD83D + [char]0xDE00 + ''\n"
        ),
    ),
    "cmd": ("cmd", "a'b &^|<>()$c", 'set "GONE="\nset "NAME=a\'b &^|<>()$c"\n'),
    "env": ("env", 'a\'b "c" é=', 'NAME=a\'b "c" é=\n'),
}


@pytest.mark.parametrize(("name", "value", "text"), SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_script_unsets_and_then_sets(name: str, value: str, text: str) -> None:
    """Each statement is on its own line, quoted for its language."""
    assert script(name, {"NAME": value}, ["GONE"]) == text


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("sh", 'eval "$(aws)"'),
        ("fish", "aws | source"),
        ("csh", 'eval "`aws`"'),
        ("powershell", "aws | Out-String | Invoke-Expression"),
        *[(name, "") for name in ("cmd", "env", *FORMATS_OF_FILES)],
    ],
)
def test_the_line_that_evaluates_the_output_in_each_shell(name: str, line: str) -> None:
    """Where one line is enough."""
    assert evaluated(name, "aws") == line


@pytest.mark.parametrize("name", FORMATS)
def test_the_order_is_kept(name: str) -> None:
    """Variables are set in the order in which they were given."""
    text = script(name, {"B": "1", "A": "2"}, ())
    assert text.index("B") < text.index("A")


@pytest.mark.parametrize("name", FORMATS)
def test_no_variables_make_an_empty_script(name: str) -> None:
    """A script that sets and unsets nothing is empty."""
    assert not script(name, {}, ())


def test_file_formats_can_t_unset() -> None:
    """A file doesn't set variables that it doesn't name."""
    assert not script("env", {}, UNSET)


REFUSED = {
    "sh, NUL": ("sh", "s3cret\0"),
    "sh, a lone surrogate": ("sh", "s3cret\ud800"),
    "fish, NUL": ("fish", "s3cret\0"),
    "fish, a lone surrogate": ("fish", "s3cret\udcff"),
    "csh, NUL": ("csh", "s3cret\0"),
    "csh, a line feed": ("csh", "s3cret\n"),
    "csh, an accent": ("csh", "s3crét"),
    "powershell, NUL": ("powershell", "s3cret\0"),
    "powershell, a lone surrogate": ("powershell", "s3cret\udfff"),
    "powershell, nothing": ("powershell", ""),
    "cmd, a quote": ("cmd", 's3cret"'),
    "cmd, a percent sign": ("cmd", "%s3cret%"),
    "cmd, an exclamation mark": ("cmd", "s3cret!"),
    "cmd, a line feed": ("cmd", "s3cret\n"),
    "cmd, a tab": ("cmd", "s3cret\t"),
    "cmd, an accent": ("cmd", "s3crét"),
    "cmd, nothing": ("cmd", ""),
    "cmd, 8192 characters": ("cmd", "s3cret".ljust(8192 - len('set "NAME="'), "x")),
    "env, NUL": ("env", "s3cret\0"),
    "env, a line feed": ("env", "s3cret\nX=1"),
    "env, a carriage return": ("env", "s3cret\rx"),
    "env, a variable": ("env", "s3cret$HOME"),
    "env, a comment": ("env", "s3cret #x"),
    "env, a hash": ("env", "s3cret#x"),
    "env, a backslash": ("env", "s3cret\\x"),
    "env, quoted": ("env", '"s3cret"'),
    "env, in apostrophes": ("env", "'s3cret'"),
    "env, a blank before": ("env", " s3cret"),
    "env, a blank behind": ("env", "s3cret "),
    "env, a no-break space behind": ("env", "s3cret\xa0"),
    "env, 64 KiB": ("env", "s3cret".ljust(65536 - len("NAME="), "x")),
}


@pytest.mark.parametrize(("name", "value"), REFUSED.values(), ids=REFUSED.keys())
def test_a_value_that_a_format_cant_carry_is_refused(name: str, value: str) -> None:
    """The error names the variable, the format and another way, and never the value."""
    with pytest.raises(ConfigurationError) as caught:
        script(name, {"FINE": "x", "NAME": value}, ())
    assert f"The format {name} can't hold the value of NAME" in caught.value.what
    assert "--format json" in caught.value.remedy
    assert "s3cr" not in str(caught.value)


CARRIED = {
    "sh, nothing": ("sh", ""),
    "fish, nothing": ("fish", ""),
    "csh, nothing": ("csh", ""),
    "powershell, line ends": ("powershell", "\n"),
    "cmd, 8191 characters": ("cmd", "x" * (8191 - len('set "NAME="'))),
    "env, nothing": ("env", ""),
    "env, a byte below 64 KiB": ("env", "x" * (65535 - len("NAME="))),
    "env, quotes and blanks inside": ("env", "a 'b' \"c\" d"),
}


@pytest.mark.parametrize(("name", "value"), CARRIED.values(), ids=CARRIED.keys())
def test_values_at_the_limit_are_accepted(name: str, value: str) -> None:
    """Those that a format can just represent."""
    assert "NAME" in script(name, {"NAME": value}, ())


@pytest.mark.parametrize("variable", ["", "A B", "A=B", "A;id", "1A", "Ä", "A\n", "$(id)"])
@pytest.mark.parametrize("name", FORMATS)
def test_what_cant_be_a_name_is_refused(name: str, variable: str) -> None:
    """Names aren't quoted in the script, so they must not need quotes."""
    with pytest.raises(ConfigurationError, match="isn't a valid variable name"):
        script(name, {variable: "x"}, ())
    with pytest.raises(ConfigurationError, match="isn't a valid variable name"):
        script(name, {}, [variable])


# Real shells.

_QUOTED = 'eval "$(cat script)"'
_BACKQUOTED = 'eval "`cat script`"'
_INPUT = ""
"""No statement: the shell reads the script from its standard input."""

WAYS = {
    "bash eval": ("sh", ("bash",), _QUOTED),
    "bash source": ("sh", ("bash",), ". ./script"),
    "bash pipe": ("sh", ("bash",), _INPUT),
    "bash strict": ("sh", ("bash", "-eu"), _QUOTED),
    "dash eval": ("sh", ("dash",), _QUOTED),
    "dash source": ("sh", ("dash",), ". ./script"),
    "dash pipe": ("sh", ("dash",), _INPUT),
    "dash strict": ("sh", ("dash", "-eu"), _QUOTED),
    "zsh eval": ("sh", ("zsh", "-f"), _QUOTED),
    "zsh source": ("sh", ("zsh", "-f"), ". ./script"),
    "zsh pipe": ("sh", ("zsh", "-f"), _INPUT),
    "zsh strict": ("sh", ("zsh", "-feu"), _QUOTED),
    "zsh rcquotes": ("sh", ("zsh", "-f", "-o", "rcquotes"), _QUOTED),
    "fish source": ("fish", ("fish",), "cat script | source"),
    "fish eval": ("fish", ("fish",), "eval (cat script)"),
    "fish pipe": ("fish", ("fish",), _INPUT),
    "tcsh eval": ("csh", ("tcsh", "-f"), _BACKQUOTED),
    "tcsh source": ("csh", ("tcsh", "-f"), "source script"),
    "tcsh pipe": ("csh", ("tcsh", "-f"), _INPUT),
    "tcsh strict": ("csh", ("tcsh", "-fe"), _BACKQUOTED),
    "tcsh backslash_quote": ("csh", ("tcsh", "-f"), f"set backslash_quote; {_BACKQUOTED}"),
}
EACH_WAY = pytest.mark.parametrize(
    ("name", "shell", "statement"), WAYS.values(), ids=[way.replace(" ", "-") for way in WAYS]
)


def need(program: str) -> None:
    """Skip a test whose shell isn't installed; where all are required, fail."""
    if os.name == "nt":
        pytest.skip("the shells of POSIX are run on POSIX")
    if shutil.which(program):
        return
    if os.environ.get("AWSCLI_MFA_REQUIRE_HOSTS"):
        pytest.fail(f"{program} is required here", pytrace=False)
    pytest.skip(f"{program} isn't installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that is home and working folder of the shells."""
    return tmp_path_factory.mktemp("shells")


def run(folder: Path, shell: Sequence[str], lines: str, text: str = "", **more: str) -> bytes:
    """Return what the shell prints, which must succeed, with ``text`` in the file 'script'."""
    need(shell[0])
    (folder / "script").write_bytes(text.encode())
    environment = {"PATH": os.defpath, "HOME": str(folder), "LANG": "C.UTF-8", **more}
    command = [shutil.which(shell[0]) or "", *shell[1:]]
    done = subprocess.run(
        command, input=lines.encode(), env=environment, cwd=folder, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def environment_after(
    folder: Path, shell: Sequence[str], statement: str, text: str, **more: str
) -> dict[str, str]:
    """Return the environment of a child of the shell that evaluated ``text``."""
    start = text if statement == _INPUT else f"{statement}\n"
    printed = run(folder, shell, f"{start}exec env -0\n", text, **more)
    pairs = printed.decode().split("\0")[:-1]
    return dict(pair.split("=", 1) for pair in pairs)


def numbered(name: str, values: Sequence[str]) -> dict[str, str]:
    """Return variables with ``values``, without what csh can't carry."""
    if name == "csh":
        values = [re.sub("[^\x01-\x09\x0b-\x7f]", "", value) for value in values]
    return {f"V{number}": value for number, value in enumerate(values)}


@EACH_WAY
def test_a_shell_sets_every_character(
    name: str, shell: Sequence[str], statement: str, folder: Path
) -> None:
    """Byte for byte, every pair of ASCII characters; unset variables are gone."""
    values = numbered(name, [PAIRS, *PLANES])
    text = script(name, values, ["GONE", "NEVER_SET"])
    after = environment_after(folder, shell, statement, text, GONE="1", KEPT="2")
    assert {variable: after.get(variable) for variable in values} == values
    assert "GONE" not in after
    assert "NEVER_SET" not in after
    assert after["KEPT"] == "2"


@pytest.mark.parametrize("way", ["bash eval", "dash eval", "zsh eval", "fish eval", "tcsh eval"])
def test_a_shell_sets_any_text(way: str, folder: Path) -> None:
    """Random values with many special characters of shells."""
    name, shell, statement = WAYS[way]
    need(shell[0])

    @settings(max_examples=15, deadline=None)
    @given(VALUES)
    def holds(generated: list[str]) -> None:
        values = numbered(name, generated)
        after = environment_after(folder, shell, statement, script(name, values, ()))
        assert {variable: after.get(variable) for variable in values} == values

    holds()


@EACH_WAY
def test_unsetting_alone_succeeds(
    name: str, shell: Sequence[str], statement: str, folder: Path
) -> None:
    """Also of unset variables, and with ``set -e``."""
    text = script(name, {}, ["GONE", "NEVER_SET"])
    after = environment_after(folder, shell, statement, text, GONE="1", KEPT="2")
    assert "GONE" not in after
    assert after["KEPT"] == "2"


def test_fish_counts_unsetting_as_a_success(folder: Path) -> None:
    """So ``aws mfa export --unset | source; and …`` always continues."""
    text = script("fish", {}, ["GONE", "NEVER_SET"])
    lines = "cat script | source; and echo one\ncat script | source; and echo two\n"
    assert run(folder, ["fish"], lines, text, GONE="1") == b"one\ntwo\n"


def test_fish_unsets_in_every_scope(tmp_path: Path) -> None:
    """A universal variable doesn't reappear."""
    run(tmp_path, ["fish"], "set -Ux AWS_PROFILE universal\n")
    assert run(tmp_path, ["fish"], "printenv AWS_PROFILE\n") == b"universal\n"
    text = script("fish", {}, ["AWS_PROFILE"])
    after = environment_after(
        tmp_path, ["fish"], "cat script | source", text, AWS_PROFILE="inherited"
    )
    assert "AWS_PROFILE" not in after


BARE = {
    "bash": ("sh", ("bash",), "eval $(cat script)"),
    "dash": ("sh", ("dash",), "eval $(cat script)"),
    "zsh": ("sh", ("zsh", "-f"), "eval $(cat script)"),
    "tcsh": ("csh", ("tcsh", "-f"), "eval `cat script`"),
}


@pytest.mark.parametrize(("name", "shell", "statement"), BARE.values(), ids=BARE.keys())
def test_a_session_survives_an_eval_without_quotes(
    name: str, shell: Sequence[str], statement: str, folder: Path
) -> None:
    """The shell joins all lines, and the statements are still separate."""
    text = script(name, AWS_VALUES, UNSET)
    after = environment_after(folder, shell, statement, text, AWS_PROFILE="other")
    assert {variable: after.get(variable) for variable in AWS_VALUES} == AWS_VALUES
    assert "AWS_PROFILE" not in after


# PowerShell, cmd and Docker, by their rules.

_OPERAND = re.compile(
    # about_Quoting_Rules, 'Single-quoted strings': all is literal, a doubled quote is one
    # quote; 'smart quotation marks' count as quotes.
    r"'(?P<text>(?:[^'\u2018-\u201b]|'')*)'"
    # about_Char: a number cast to a character is that UTF-16 code unit.
    r"|\[char\]0x(?P<unit>[0-9A-F]{4})"
)


def powershell_reads(expression: str) -> str:
    """Return the text that operands joined by `` + `` make, by the rules beside _OPERAND.

    about_Arithmetic_Operators: text on the left makes text of the sum.
    """
    assert expression.startswith("'")
    units, at = b"", 0
    while at < len(expression):
        operand = _OPERAND.match(expression, at)
        assert operand, expression[at:]
        if operand["unit"]:
            units += bytes.fromhex(operand["unit"])
        else:
            units += operand["text"].replace("''", "'").encode("utf-16-be")
        at = operand.end() + len(" + ")
        assert expression[operand.end() : at] in {"", " + "}
    return units.decode("utf-16-be")


@given(ANY.filter(bool))
def test_powershell_reads_any_text(value: str) -> None:
    """By its quoting rules; in printable ASCII, on one line, whatever the code page."""
    text = script("powershell", {"NAME": value}, ())
    assert re.fullmatch(r"[ -~]+\n", text)
    assert powershell_reads(text.removeprefix("$Env:NAME = ").removesuffix("\n")) == value


@given(HARD | st.text())
def test_cmd_reads_every_accepted_value(value: str) -> None:
    """Values that cmd would expand, or with quotes, are refused.

    Microsoft, Windows Commands, 'cmd': '& < > [ ] | { } ^ = ; ! ' + , ` ~' want quotes around
    them; 'set': '%variable%' is replaced; 'setlocal', EnableDelayedExpansion: '!variable!' is.
    """
    try:
        text = script("cmd", {"NAME": value}, ())
    except ConfigurationError:
        assert not value or re.search(r'[^ -~]|["%!]', value)
    else:
        line = re.fullmatch(r'set "NAME=([^"%!]+)"\n', text)
        assert line
        assert line[1] == value


def docker_reads(line: str) -> str:
    """Return the value of a line as ``docker run --env-file`` reads it.

    docker/cli, pkg/kvfile: lines end at LF, or CR LF; all after '=' is the value, as it is; one
    that starts and ends with the same quote may lose both.
    """
    assert line.count("\n") == 1
    value = line.removesuffix("\n").removesuffix("\r").split("=", 1)[1]
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def compose_reads(line: str) -> str:
    """Return the value of a line as Compose reads it; one that it would evaluate fails.

    Docker's documentation, 'Syntax for environment files in Docker Compose'; the versions that
    end a value at any '#' are the strictest.
    """
    value = line.split("=", 1)[1].strip().split("#", maxsplit=1)[0].rstrip()
    assert not value.startswith(("'", '"'))
    assert "$" not in value
    return value


@given(HARD | st.text(st.characters(codec="utf-8")))
def test_docker_and_compose_read_every_accepted_value(value: str) -> None:
    """And both read the same."""
    try:
        line = script("env", {"NAME": value}, ())
    except ConfigurationError:
        return
    assert docker_reads(line) == compose_reads(line) == value


def test_an_empty_variable_is_not_the_same_as_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """So file formats leave variables out: botocore uses some empty ones."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "")
    assert botocore.session.Session().get_credentials() is None
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "")
    with pytest.raises(ValueError, match="Invalid endpoint"):
        botocore.session.Session().create_client("sts")
    monkeypatch.setenv("AWS_PROFILE", "")
    with pytest.raises(ProfileNotFound):
        botocore.session.Session().get_credentials()


SHELLS = {
    "bash": "sh",
    "-bash": "sh",
    "/usr/bin/zsh": "sh",
    "-/bin/sh": "sh",
    "zsh-5.9": "sh",
    "zsh5": "sh",
    "/bin/ksh93": "sh",
    "dash\n": "sh",
    "bash.exe": "sh",
    "fish": "fish",
    "-fish": "fish",
    "tcsh": "csh",
    "-csh": "csh",
    "/usr/bin/bsd-csh": "csh",
    "pwsh": "powershell",
    "pwsh-preview": "powershell",
    "powershell.exe": "powershell",
    r"C:\Program Files\PowerShell\7\pwsh.exe": "powershell",
    "cmd.exe": "cmd",
    "CMD.EXE": "cmd",
    "python3.11": None,
    "make": None,
    "nu": None,
    "fishes": None,
    ".exe": None,
    "-": None,
    "": None,
}


@pytest.mark.parametrize(("process", "name"), SHELLS.items())
def test_the_format_of_a_parent_process(process: str, name: str | None) -> None:
    """By its name; a login shell's hyphen, a path, a version and ``.exe`` don't count."""
    assert format_of_shell(process) == name
    assert name is None or name in FORMATS
