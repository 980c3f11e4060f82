"""The architecture: who may import whom, read from the sources."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = "awscli_mfa_plugin"
ROOT = Path(__file__).parents[1] / PACKAGE

# Layers of ours that each layer may import; itself always.
OURS = {
    "entry": {"host"},
    "errors": set[str](),
    "core": {"errors"},
    "commands": {"core", "errors"},
    "composition": {"core", "commands", "edges", "errors", "__version__"},
    "edges": {"core", "errors"},
    "host": {"core", "commands", "edges", "errors", "__version__"},
    "console": {"core", "commands", "edges", "errors", "__version__"},
    "__main__": {"console"},
}
# The modules that put commands and edges together; commands themselves know no edge.
COMPOSITION = {f"{PACKAGE}.commands.context", f"{PACKAGE}.commands.services"}
# Third parties that only some layers may import.
THEIRS = {
    "awscli": {"host"},
    "botocore": {"host", "edges"},
    "boto3": set[str](),
    "ruamel": {"host", "edges"},
    "filelock": {"edges"},
}
# What can't reach outside the process: no I/O, no clock, no environment.
PURE = {
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
    "unicodedata",
}
# Calls by which a pure module still reaches outside.
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}


def layer_of(module: str) -> str:
    """Return the layer that a dotted module of ours belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "entry"


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
            # «from awscli_mfa_plugin import edges» is an import of the layer, not of the entry.
            names = [alias.name for alias in node.names] if base == PACKAGE else []
            found += [(node.lineno, f"{base}.{name}") for name in names]
            if not names:
                found.append((node.lineno, base))
    return found


def broken_rules(module: str, source: str, *, is_package: bool = False) -> list[str]:
    """Return what the module imports or calls against the rules of the house."""
    tree = ast.parse(source)
    layer = "composition" if module in COMPOSITION else layer_of(module)
    package = module if is_package else module.rpartition(".")[0]
    broken = [
        f"{module}:{line}: {layer} imports {name}"
        for line, name in imports_of(tree, package)
        if not may_import(layer, name)
    ]
    if layer == "entry":
        broken += [
            f"{module}:{node.lineno}: the entry imports at the top"
            for node in tree.body
            if isinstance(node, ast.Import | ast.ImportFrom) and not is_future(node)
        ]
    if layer == "core":
        broken += impure_calls(module, tree)
    return broken


def may_import(layer: str, name: str) -> bool:
    """Tell whether a layer may import the module of this absolute name."""
    top = name.partition(".")[0]
    if top == PACKAGE:
        target = layer_of(name)
        return target == layer or target in OURS[layer]
    if top in THEIRS:
        return layer in THEIRS[top]
    return layer != "core" or top in PURE


def is_future(node: ast.Import | ast.ImportFrom) -> bool:
    """Tell whether this is ``from __future__ import …``, which loads nothing to speak of."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def impure_calls(module: str, tree: ast.AST) -> list[str]:
    """Return the calls by which a module reaches a file, the terminal or the clock."""
    broken = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in IMPURE_CALLS:
                broken.append(f"{module}:{node.lineno}: core calls {name}()")
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if (owner, name) in CLOCKS:
                broken.append(f"{module}:{node.lineno}: core asks the clock by {owner}.{name}()")
            case ast.Attribute(value=ast.Attribute(attr=owner), attr=name) if (
                owner,
                name,
            ) in CLOCKS:
                broken.append(f"{module}:{node.lineno}: core asks the clock by {owner}.{name}()")
            case _:
                pass
    return broken


def module_name(path: Path) -> str:
    """Return the dotted name of a source file of ours."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_module_keeps_to_its_layer(path: Path) -> None:
    """Host → commands → core ← edges, one way only."""
    source = path.read_text("utf-8")
    assert not broken_rules(module_name(path), source, is_package=path.stem == "__init__")


def test_every_source_belongs_to_a_layer() -> None:
    """A new folder or module at the top of the package needs a place in the rules."""
    assert {layer_of(module_name(path)) for path in SOURCES} <= set(OURS)


VIOLATIONS = [
    ("core.login", "import os"),
    ("core.login", "import time"),
    ("core.login", "from pathlib import Path"),
    ("core.login", "def f():\n    import subprocess"),
    ("core.login", "import botocore.session"),
    ("core.login", "from awscli_mfa_plugin.edges import sts"),
    ("core.login", "from ..edges.sts import ask"),
    ("core.login", "from .. import edges"),
    ("core.login", "from awscli_mfa_plugin import host"),
    ("core.login", "from datetime import datetime, UTC\nnow = datetime.now(UTC)"),
    ("core.login", "import datetime\nnow = datetime.datetime.now()"),
    ("core.login", "def f(path):\n    return open(path)"),
    ("core.login", "print('hello')"),
    ("commands.login", "from awscli_mfa_plugin.edges.sts import ask"),
    ("commands.login", "from awscli_mfa_plugin.host import context"),
    ("commands.login", "from ..host import context"),
    ("commands.login", "import botocore"),
    ("commands.login", "import awscli"),
    ("commands.context", "from awscli_mfa_plugin.host import context"),
    ("commands.context", "import awscli"),
    ("commands.services", "import botocore"),
    ("commands.login", "if True:\n    from botocore.session import Session"),
    ("edges.sts", "from awscli_mfa_plugin.commands import login"),
    ("edges.sts", "import awscli_mfa_plugin.host"),
    ("edges.sts", "from awscli.customizations.commands import BasicCommand"),
    ("edges.sts", "import boto3"),
    ("errors", "from awscli_mfa_plugin.core import login"),
    ("errors", "import botocore.exceptions"),
]


@pytest.mark.parametrize(("module", "source"), VIOLATIONS)
def test_a_violation_is_seen(module: str, source: str) -> None:
    """Each kind of forbidden import or call turns the check red."""
    assert broken_rules(f"{PACKAGE}.{module}", source)


ENTRY_VIOLATIONS = [
    "import os",
    "from . import host",
    "from awscli_mfa_plugin.host import context",
    "def f():\n    from .commands import login",
    "def f():\n    import botocore",
]


@pytest.mark.parametrize("source", ENTRY_VIOLATIONS)
def test_a_violation_of_the_entry_is_seen(source: str) -> None:
    """The entry imports nothing at its top, and nothing but the host later."""
    assert broken_rules(PACKAGE, source, is_package=True)


LAWFUL = [
    ("core.login", "from __future__ import annotations\nimport re\nfrom ..errors import MfaError"),
    ("core.login", "from .clock import Clock\nfrom awscli_mfa_plugin.core import policy"),
    ("core.login", "def f(clock):\n    return clock.now()"),
    ("commands.login", "from ..core.login import login\nimport argparse"),
    ("commands.context", "from ..edges import sts"),
    ("edges.sts", "import os, time\ndef f():\n    import botocore.session, filelock"),
    (
        "host.context",
        "from ..edges import sts\nfrom ..commands import login\nimport awscli, botocore",
    ),
    ("errors", "from __future__ import annotations"),
]


@pytest.mark.parametrize(("module", "source"), LAWFUL)
def test_what_is_allowed_passes(module: str, source: str) -> None:
    """The check doesn't forbid what the house allows."""
    assert broken_rules(f"{PACKAGE}.{module}", source) == []


def test_the_entry_may_import_the_host_inside_a_function() -> None:
    """The entry wires the host once a hook fires."""
    source = "from __future__ import annotations\ndef f(cli):\n    from .host import context"
    assert broken_rules(PACKAGE, source, is_package=True) == []
