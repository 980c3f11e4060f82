"""The structure of the package: what each folder may import, read from the sources."""

from __future__ import annotations

import ast
import importlib
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

PACKAGE = "awscli_mfa_plugin"
CHECKOUT = Path(__file__).parents[1]
ROOT = CHECKOUT / PACKAGE

SHARED = {"errors", "text", "declaration", "help_text", "__version__"}
SERVICES = {"session", "files", "aws", "system"}
FEATURES = {
    "aliases",
    "completion",
    "devices",
    "doctor",
    "export",
    "install",
    "keyring",
    "keys",
    "server",
    "setup",
    "signin",
    "watch",
}
# What each folder may import, besides itself.
OURS = {
    "entry": {"host"},
    "errors": {"text"},
    "declaration": {"errors", "text"},
    "help_text": {"declaration", "text"},
    "text": set[str](),
    "session": SHARED,
    "files": SHARED | {"session"},
    "aws": SHARED | {"session", "files"},
    "system": SHARED | {"session", "files"},
    **dict.fromkeys(FEATURES, SHARED | SERVICES),
    "commands": SHARED | SERVICES | FEATURES,
    "host": SHARED | SERVICES | FEATURES | {"commands"},
    "console": SHARED | SERVICES | FEATURES | {"commands"},
    "__main__": {"console"},
}
# What to do instead.
INSTEAD = {
    "session": "It decides without files, clock or network: take what you need as a port "
    "(session/ports.py).",
    **dict.fromkeys(
        FEATURES,
        "A feature doesn't know another one: move what both need down to session, files, aws or "
        "system, or pass it in from commands.",
    ),
}
# Third parties that only some folders and single modules may import.
THEIRS = {
    "awscli": {"host"},
    "botocore": {"host", "aws", "files.botocore_parser", "system.subprocesses"},
    "boto3": set[str](),
    "ruamel": {"files.yaml_reader"},
    "filelock": {"files.locks"},
    "segno": {"devices.secret"},
}
# Modules that decide: no I/O, no clock, no environment. Every branch is covered.
PURE = (
    "aliases.command_names",
    "aliases.merge",
    "aliases.pack",
    "completion.*",
    "console.text_output",
    "declaration",
    "devices.codes",
    "devices.enroll",
    "devices.leftovers",
    "devices.owner",
    "devices.picture",
    "devices.policy",
    "devices.remove",
    "devices.table",
    "doctor.aws",
    "doctor.environment",
    "doctor.files",
    "doctor.findings",
    "doctor.profiles",
    "doctor.wiring",
    "export.*",
    "files.alias_document",
    "files.alias_markers",
    "files.document",
    "files.lines",
    "files.plugins_section",
    "files.yaml_reader",
    "help_text",
    "keyring.entries",
    "keyring.moves",
    "keyring.removed",
    "keys.*",
    "server.answers",
    "server.environment",
    "session.*",
    "setup.export",
    "setup.found",
    "setup.import_plan",
    "setup.keyring_peers",
    "setup.manifest",
    "setup.peers",
    "setup.plan",
    "setup.questions",
    "setup.settings",
    "setup.wizard",
    "signin.urls",
    "text",
    "watch.jobs",
    "watch.steps",
    "watch.watch",
)
# The completion scripts are pure too, but their branches aren't counted.
NOT_COUNTED = ("completion.scripts",)
# What a pure module may import of the standard library.
PURE_IMPORTS = {
    "__future__",
    "base64",
    "binascii",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "functools",
    "hashlib",
    "hmac",
    "html",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "shlex",
    "string",
    "textwrap",
    "types",
    "typing",
    "typing_extensions",
    "unicodedata",
}
# Calls that a pure module must not make.
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}


def folder_of(module: str) -> str:
    """Return the folder that a dotted module of ours belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "entry"


def is_pure(module: str) -> bool:
    """Return whether a dotted module of ours is one of those that only decide."""
    name = module.removeprefix(f"{PACKAGE}.")
    return any(fnmatch(name, pattern) for pattern in PURE)


def imports_of(tree: ast.AST, package: str) -> list[tuple[int, str]]:
    """Return the line and the absolute dotted name of every import, at any depth."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                above = parents[: len(parents) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            # 'from awscli_mfa_plugin import aws' is an import of the folder, not of the entry.
            names = [alias.name for alias in node.names] if base == PACKAGE else []
            found += [(node.lineno, f"{base}.{name}") for name in names]
            if not names:
                found.append((node.lineno, base))
    return found


def broken_rules(module: str, source: str, *, is_package: bool = False) -> list[str]:
    """Return what the module imports or calls against the rules, and what to do instead."""
    tree = ast.parse(source)
    folder = folder_of(module)
    package = module if is_package else module.rpartition(".")[0]
    broken = [
        f"{module}:{line}: {folder} imports {name}. {INSTEAD.get(folder, '')}".rstrip()
        for line, name in imports_of(tree, package)
        if not may_import(module, name)
    ]
    if folder == "entry":
        broken += [
            f"{module}:{node.lineno}: the entry imports at the top"
            for node in tree.body
            if isinstance(node, ast.Import | ast.ImportFrom) and not is_future(node)
        ]
    if is_pure(module):
        broken += impure_calls(module, tree)
    return broken


def may_import(module: str, name: str) -> bool:
    """Return whether a module of ours may import the module of this absolute name."""
    folder, top = folder_of(module), name.partition(".")[0]
    if top == PACKAGE:
        target = folder_of(name)
        return target == folder or target in OURS[folder]
    if top in THEIRS:
        return bool({folder, module.removeprefix(f"{PACKAGE}.")} & THEIRS[top])
    return not is_pure(module) or top in PURE_IMPORTS


def is_future(node: ast.Import | ast.ImportFrom) -> bool:
    """Return whether this is ``from __future__ import …``, which loads almost nothing."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def impure_calls(module: str, tree: ast.AST) -> list[str]:
    """Return a module's calls that use a file, the terminal or the clock."""
    broken = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in IMPURE_CALLS:
                broken.append(f"{module}:{node.lineno}: a pure module calls {name}()")
            case (
                ast.Attribute(value=ast.Name(id=owner), attr=name)
                | ast.Attribute(value=ast.Attribute(attr=owner), attr=name)
            ) if (owner, name) in CLOCKS:
                broken.append(f"{module}:{node.lineno}: a pure module calls {owner}.{name}()")
            case _:
                pass
    return broken


def module_name(path: Path) -> str:
    """Return the dotted name of a source file of ours."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def loaded_by(path: Path) -> set[str]:
    """Return our modules that the top of a module imports, without those for types only."""
    name, tree = module_name(path), ast.parse(path.read_text("utf-8"))
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    top = ast.Module(
        [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], []
    )
    return {found for _, found in imports_of(top, package)} - {name}


SOURCES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_a_module_imports_only_what_its_folder_may(path: Path) -> None:
    """Commands and features use the services, and those use the session."""
    source = path.read_text("utf-8")
    assert not broken_rules(module_name(path), source, is_package=path.stem == "__init__")


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_a_module_and_its_functions_are_short(path: Path) -> None:
    """250 lines for a module, 40 for a function: so that a reader can follow them."""
    source = path.read_text("utf-8")
    assert len(source.splitlines()) <= 250
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, node.name


@pytest.mark.parametrize("folder", sorted(set(OURS) & {path.parent.name for path in SOURCES}))
def test_a_folder_is_small(folder: str) -> None:
    """3,000 lines: what is larger is more than one subject."""
    sources = (path.read_text("utf-8") for path in (ROOT / folder).glob("*.py"))
    assert 0 < sum(len(source.splitlines()) for source in sources) <= 3000


def test_there_is_no_circle_of_imports() -> None:
    """Modules that need each other as they load are one module."""
    needed = {module_name(path): loaded_by(path) for path in SOURCES}
    left = dict(needed)
    while free := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in free:
            del left[name]
    assert not left


def test_every_folder_has_rules() -> None:
    """A new folder or module at the top of the package must be added to them."""
    assert {folder_of(module_name(path)) for path in SOURCES} <= set(OURS)


@pytest.mark.parametrize("pattern", PURE)
def test_a_pure_module_exists(pattern: str) -> None:
    """The list has no removed modules."""
    names = [module_name(path).removeprefix(f"{PACKAGE}.") for path in SOURCES]
    assert any(fnmatch(name, pattern) for name in names)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="tomllib came with Python 3.11")
def test_the_branches_of_all_pure_modules_are_counted() -> None:
    """Coverage measures exactly these modules, and requires 100 %."""
    toml = importlib.import_module("tomllib")
    settings = toml.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["tool"]["coverage"]
    paths = {f"{PACKAGE}/{name.replace('.', '/')}.py" for name in PURE}
    assert set(settings["run"]["include"]) == paths
    assert set(settings["run"]["omit"]) == {
        f"{PACKAGE}/{name.replace('.', '/')}.py" for name in NOT_COUNTED
    }
    assert settings["report"]["fail_under"] == 100


VIOLATIONS = [
    ("session.login", "import os"),
    ("session.login", "import time"),
    ("session.login", "from pathlib import Path"),
    ("session.login", "def f():\n    import subprocess"),
    ("session.login", "import botocore.session"),
    ("session.login", "from awscli_mfa_plugin.aws import calls"),
    ("session.login", "from ..aws.calls import ask"),
    ("session.login", "from .. import files"),
    ("session.login", "from awscli_mfa_plugin import host"),
    ("session.login", "from datetime import datetime, UTC\nnow = datetime.now(UTC)"),
    ("session.login", "import datetime\nnow = datetime.datetime.now()"),
    ("session.login", "def f(path):\n    return open(path)"),
    ("session.login", "print('hello')"),
    ("doctor.findings", "import os"),
    ("doctor.inspect", "from awscli_mfa_plugin.aliases import merge"),
    ("watch.watch", "from awscli_mfa_plugin.commands import watch"),
    ("files.document", "open('x')"),
    ("files.atomic", "import botocore"),
    ("files.atomic", "from awscli_mfa_plugin.aws import calls"),
    ("system.terminal", "import botocore"),
    ("commands.login", "from awscli_mfa_plugin.host import context"),
    ("commands.login", "from ..host import context"),
    ("commands.login", "import botocore"),
    ("commands.login", "import awscli"),
    ("commands.context", "from awscli_mfa_plugin.host import context"),
    ("commands.login", "if True:\n    from botocore.session import Session"),
    ("aws.calls", "from awscli_mfa_plugin.commands import login"),
    ("aws.calls", "import awscli_mfa_plugin.host"),
    ("aws.calls", "from awscli.customizations.commands import BasicCommand"),
    ("aws.calls", "import boto3"),
    ("errors", "from awscli_mfa_plugin.session import login"),
    ("errors", "import botocore.exceptions"),
]


@pytest.mark.parametrize(("module", "source"), VIOLATIONS)
def test_a_violation_is_found(module: str, source: str) -> None:
    """Each kind of forbidden import or call fails the check."""
    assert broken_rules(f"{PACKAGE}.{module}", source)


def test_the_message_says_what_to_do() -> None:
    """It has the module, the line, the import, and what to do instead."""
    (message,) = broken_rules(
        f"{PACKAGE}.doctor.inspect", "from awscli_mfa_plugin.aliases import merge"
    )
    assert message.startswith("awscli_mfa_plugin.doctor.inspect:1: doctor imports ")
    assert "move what both need down" in message


ENTRY_VIOLATIONS = [
    "import os",
    "from . import host",
    "from awscli_mfa_plugin.host import context",
    "def f():\n    from .commands import login",
    "def f():\n    import botocore",
]


@pytest.mark.parametrize("source", ENTRY_VIOLATIONS)
def test_a_violation_of_the_entry_is_found(source: str) -> None:
    """The entry imports nothing at the top, and later only the host."""
    assert broken_rules(PACKAGE, source, is_package=True)


LAWFUL = [
    ("session.login", "from __future__ import annotations\nimport re\nfrom ..errors import E"),
    ("session.login", "from .clock import Clock\nfrom awscli_mfa_plugin.session import source"),
    ("session.login", "def f(clock):\n    return clock.now()"),
    ("commands.login", "from ..session.login import login\nimport argparse"),
    ("commands.context", "from ..aws import calls"),
    ("aws.calls", "import os, time\ndef f():\n    import botocore.session"),
    ("files.locks", "import os, filelock"),
    ("host.context", "from ..aws import calls\nfrom ..commands import login\nimport awscli"),
    ("errors", "from __future__ import annotations"),
]


@pytest.mark.parametrize(("module", "source"), LAWFUL)
def test_what_is_allowed_passes(module: str, source: str) -> None:
    """The check doesn't forbid what the rules allow."""
    assert broken_rules(f"{PACKAGE}.{module}", source) == []


def test_the_entry_may_import_the_host_inside_a_function() -> None:
    """The entry loads the host when a hook fires."""
    source = "from __future__ import annotations\ndef f(cli):\n    from .host import context"
    assert broken_rules(PACKAGE, source, is_package=True) == []
