"""The candidates at the cursor of a command line, and how they are quoted."""

from __future__ import annotations

import json
from pathlib import Path

import awscli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_mfa_plugin.commands import NAMES, command_of
from awscli_mfa_plugin.completion.candidates import (
    ALIASES,
    BESIDE,
    COMMAND,
    FILE,
    GLOBAL_OPTIONS,
    OURS,
    beginning_with,
    candidates,
    names_to_offer,
    profile_names,
)
from awscli_mfa_plugin.completion.words import CommandLine, for_bash
from awscli_mfa_plugin.declaration import NOTHING, PROFILES, REGIONS, SERIALS

BREAKS = " \t\n\"'@><=;|&(:"
"""bash's own ``COMP_WORDBREAKS``."""

ALICE = "arn:aws:iam::111122223333:mfa/alice"
KNOWN = {
    PROFILES: {"default": "", "work": "", "-x": ""},
    SERIALS: {ALICE: ""},
    REGIONS: {"eu-west-1": ""},
    ALIASES: {"in": "login", "status": "logout", "empty": "", "out\x1b": "logout"},
}


def options_of(name: str) -> list[str]:
    """Return the options of a subcommand, as they are typed."""
    return list(command_of(name).completed)


def at(text: str) -> tuple[str, list[str]]:
    """Return the candidates at the end of ``text`` that begin as the word there does."""
    line = CommandLine(text)
    kind, words = candidates(line, KNOWN, NAMES, command_of)
    return kind, beginning_with(line.current, words)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("aws mfa lo", OURS, ["login", "logout"]),
        ("aws mfa nothing", OURS, []),
        ("aws mfa login --prof", OURS, ["--profile"]),
        ("aws mfa --prof", OURS, ["--profile"]),
        ("aws mfa login --dry-run --dry", OURS, []),
        ("aws mfa login --profile=work --prof", OURS, []),
        ("aws mfa login --profile ", OURS, ["default", "work"]),
        ("aws mfa login --profile=", OURS, [f"--profile={name}" for name in KNOWN[PROFILES]]),
        ("aws mfa login --profile=w", OURS, ["--profile=work"]),
        ("aws mfa login --force=", OURS, []),
        ("aws mfa login --nonsense=", OURS, []),
        ("aws mfa login --token-code ", OURS, []),
        ("aws mfa login --token-code - --for", OURS, ["--force"]),
        ("aws mfa login --profile --for", OURS, ["--force"]),
        ("aws mfa watch --install --onc", OURS, ["--once"]),
        ("aws mfa watch --install sys", OURS, ["systemd"]),
        ("aws mfa login --token-code 123456 --for", OURS, ["--force"]),
        ("aws mfa login --serial-number arn:", OURS, [ALICE]),
        ("aws mfa --region ", OURS, ["eu-west-1"]),
        ("aws mfa export --format ", OURS, list(command_of("export").completed["--format"])),
        ("aws mfa login --output ya", OURS, ["yaml", "yaml-stream"]),
        ("aws mfa login ", OURS, [*options_of("login"), "help"]),
        ("aws mfa login help ", OURS, options_of("login")),
        ("aws mfa login --duration-seconds ", OURS, ["900", "3600", "43200", "129600"]),
        ("aws mfa login --min-remaining ", OURS, []),
        ("aws mfa alias ", OURS, ["list", "install", "uninstall", "diff", "help"]),
        ("aws mfa alias install ", OURS, options_of("alias")),
        ("aws mfa nonsense ", OURS, []),
        ("aws mfa help ", OURS, []),
        # An alias in the user's [command mfa] has the options of its expansion.
        ("aws mfa i", OURS, ["in"]),
        ("aws mfa in --ser", OURS, ["--serial-number"]),
        ("aws mfa empty --ser", OURS, []),
        ("aws mfa status --min", OURS, ["--min-remaining"]),
        ("aws --profile work mfa lo", OURS, ["login", "logout"]),
        ("AWS_PROFILE=work command aws mfa lo", OURS, ["login", "logout"]),
        ("aws mfa configure --from ", FILE, []),
        ("aws mfa configure --from=x", FILE, []),
        ("aws mfa exec -", OURS, ["--server", "--min-remaining", *GLOBAL_OPTIONS]),
        ("aws mfa exec ", OURS, ["--server", "--min-remaining", "--", "help"]),
        ("aws mfa exec --profile work -- ", COMMAND, []),
        ("aws mfa exec -- aws --profile ", COMMAND, []),
        ("aws mfa login -- --prof", OURS, ["--profile"]),
        ("aws m", BESIDE, ["mfa"]),
        ("aws ", BESIDE, ["mfa"]),
        ("aws mfa", BESIDE, ["mfa"]),
        ("aws --profile m", BESIDE, []),
        ("aws --prof", BESIDE, []),
        ("aws s3 m", BESIDE, []),
        ("aws s3 mfa ", BESIDE, []),
        ("aws", BESIDE, []),
        ("", BESIDE, []),
    ],
)
def test_candidates_at_the_cursor(text: str, kind: str, words: list[str]) -> None:
    """Commands, options, values and words; the CLI completes the rest."""
    assert at(text) == (kind, words)


def test_subcommands_are_offered_with_aliases_and_help() -> None:
    """Aliases with control characters in their names are left out."""
    assert at("aws mfa ") == (OURS, [*NAMES, "in", "status", "empty", "help"])


@pytest.mark.parametrize(
    ("text", "words", "current", "quote"),
    [
        ("aws mfa", ["aws"], "mfa", ""),
        ("aws  mfa ", ["aws", "mfa"], "", ""),
        ("a 'two words' b", ["a", "two words"], "b", ""),
        ("a 'two w", ["a"], "two w", "'"),
        ('a "two w', ["a"], "two w", '"'),
        (r"a two\ w", ["a"], "two w", ""),
        (r'a "\$\x\"" ', ["a", r'$\x"'], "", ""),
        (r"a '\' ", ["a", "\\"], "", ""),
        ("a '' ", ["a", ""], "", ""),
        ("a b\\", ["a"], "b", ""),
    ],
)
def test_a_line_is_split_as_a_shell_splits_it(
    text: str, words: list[str], current: str, quote: str
) -> None:
    """Quotes and backslashes are taken off; the word at the cursor may be unfinished."""
    line = CommandLine(text)
    assert (line.words, line.current, line.quote) == (words, current, quote)


def test_fish_escapes_between_single_quotes() -> None:
    r"""``\'`` and ``\\`` are the two escapes there, and another backslash is itself."""
    assert CommandLine(r"a 'it\'s \\ \x' ", "fish").words == ["a", r"it's \ \x"]


@pytest.mark.parametrize(
    ("text", "value", "put"),
    [
        ("two", "two words", r"two\ words"),
        ("'two", "two words", "two words"),
        ('"two', "two words", "two words"),
        ("'two' w", "x", "x"),
        ("", "$(touch x)", r"\$\(touch\ x\)"),
        ("'", "it's", r"it'\''s"),
        ('"', 'a"$`', r"a\"\$\`"),
        ('"', "\\!", "\\\\\"'!'\""),
        ("--profile=w", "--profile=work", "work"),
        ("--profile='w", "--profile=work", "work"),
        ("--profile='w'", "--profile=w x", r"w\ x"),
        ("arn:aws:i", ALICE, "iam::111122223333:mfa/alice"),
        ("'arn:aws:i", ALICE, ALICE),
        (r"arn\:aws\:i", ALICE, ALICE),
        ("me@", "me@corp", "@corp"),
        ("", "Zoë", "Zoë"),
        ("", "~x", r"\~x"),
    ],
)
def test_bash_gets_the_part_that_it_replaces(text: str, value: str, put: str) -> None:
    """Only the part after the last word break or the open quote, quoted for it."""
    assert for_bash(value, CommandLine(text, "bash", BREAKS)) == put


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])),
    st.sampled_from(["", "'", '"']),
)
def test_bash_reads_a_candidate_as_one_word(value: str, quote: str) -> None:
    """Whatever the value contains; tests/hosts has the same with a real bash."""
    put = for_bash(value, CommandLine(quote, "bash", BREAKS))
    assert CommandLine(f"x{quote}{put}{quote} ").words == [f"x{value}"]


def test_names_with_control_characters_are_not_offered() -> None:
    """A control or bidirectional character, or a second line, never reaches the shell."""
    names = ["b", "a", "b", "", "x\ny", "x\x1b[31m", "x\u202ey", "Zoë", "two words"]
    assert names_to_offer(names) == ["b", "a", "Zoë", "two words"]


def test_profiles_are_recognized_as_botocore_does() -> None:
    """Quoted names lose their quotes; other sections, and broken ones, are ignored."""
    config = ["default", "profile a", 'profile "b c"', "plugins", "sso-session s", 'profile "x']
    config += ["profile", "profile a b", "profiles x", "services y"]
    assert profile_names(config, ["a", "keys"]) == ["default", "a", "b c", "keys"]


def test_the_global_options_of_v1_are_known() -> None:
    """Those of v2 are compared with its own file in tests/hosts."""
    [folder] = awscli.__path__
    options = json.loads((Path(folder) / "data" / "cli.json").read_text("utf-8"))["options"]
    # For users on their way to v2; it has nothing to do with aws mfa.
    del options["v2-debug"]
    for name, option in options.items():
        takes = GLOBAL_OPTIONS[f"--{name}"]
        assert (takes == NOTHING) == ("action" in option)
        assert set(option.get("choices", ())) <= set(takes)
