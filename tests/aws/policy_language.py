"""Identity-based policies: what documents of JSON allow, deny, or don't mention.

Sources: the IAM user guide's 'IAM JSON policy elements reference' and 'Policy evaluation logic'.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Decision = Literal["allowed", "denied", "not-mentioned"]
Document = Mapping[str, Any]

VERSION = "2012-10-17"
# Of a managed policy, white space not counted.
LARGEST_CHARACTERS = 6144
_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_IF_EXISTS = "IfExists"


@dataclass(frozen=True)
class Request:
    """What is asked: "iam:GetUser", an ARN or "*", and condition keys ("aws:username")."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


class MalformedPolicyError(ValueError):
    """A document that AWS wouldn't store."""


def decide(documents: Sequence[Document], request: Request) -> Decision:
    """Judge a request: an explicit deny wins, and what nothing allows isn't mentioned."""
    effects = {
        statement["Effect"]
        for document in documents
        for statement in _many(document["Statement"])
        if _applies(statement, request)
    }
    if "Deny" in effects:
        return "denied"
    return "allowed" if "Allow" in effects else "not-mentioned"


def check_document(document: Document) -> None:
    """Raise MalformedPolicyError for what AWS's grammar and quotas refuse."""
    if document.get("Version") != VERSION or set(document) - {"Version", "Id", "Statement"}:
        raise MalformedPolicyError("Syntax errors in policy.")
    sids = []
    for statement in _many(document["Statement"]):
        _check_statement(statement)
        sids += [statement["Sid"]] if "Sid" in statement else []
    if len(set(sids)) != len(sids):
        raise MalformedPolicyError("Statement IDs (SID) in a single policy must be unique.")
    if len(re.sub(r"\s", "", json.dumps(document))) > LARGEST_CHARACTERS:
        raise MalformedPolicyError(f"Cannot exceed quota for PolicySize: {LARGEST_CHARACTERS}")


def _check_statement(statement: Document) -> None:
    names = set(statement)
    if names - _ELEMENTS or statement.get("Effect") not in {"Allow", "Deny"}:
        raise MalformedPolicyError("Syntax errors in policy.")
    if len(names & {"Action", "NotAction"}) != 1:
        raise MalformedPolicyError("Policy statement must contain actions.")
    if len(names & {"Resource", "NotResource"}) != 1:
        raise MalformedPolicyError("Policy statement must contain resources.")
    if not re.fullmatch(r"[0-9A-Za-z]*", statement.get("Sid", "")):
        raise MalformedPolicyError("Statement IDs (SID) must be alpha-numeric.")
    for action in _many(statement.get("Action", statement.get("NotAction"))):
        if action != "*" and not re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9*?]+", action):
            message = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
            raise MalformedPolicyError(message)
    for resource in _many(statement.get("Resource", statement.get("NotResource"))):
        if resource != "*" and not re.fullmatch(r"arn:[^:]+:[^:]*:[^:]*:[^:]*:.+", resource):
            raise MalformedPolicyError(f"Resource {resource} must be in ARN format or '*'.")
    for operator in statement.get("Condition", {}):
        _operator(operator)


def _applies(statement: Document, request: Request) -> bool:
    return (
        _names_action(statement, request)
        and _names_resource(statement, request)
        and all(
            _holds(operator, key, _many(values), request.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _names_action(statement: Document, request: Request) -> bool:
    named = statement.get("Action", statement.get("NotAction"))
    hit = any(_like(each, request.action, ignore_case=True) for each in _many(named))
    return hit == ("Action" in statement)


def _names_resource(statement: Document, request: Request) -> bool:
    named = statement.get("Resource", statement.get("NotResource"))
    patterns = [_with_variables(each, request.context) for each in _many(named)]
    hit = any(each is not None and _like(each, request.resource) for each in patterns)
    return hit == ("Resource" in statement)


def _with_variables(text: str, context: Mapping[str, str]) -> str | None:
    """Put variables in; None if the request has no such key, which then matches nothing."""
    names = _VARIABLE.findall(text)
    if any(_value(name, context) is None for name in names):
        return None
    return _VARIABLE.sub(lambda found: _value(found[1], context) or "", text)


def _value(key: str, context: Mapping[str, str]) -> str | None:
    """Return a condition key's value; their names don't mind case."""
    for name, value in context.items():
        if name.lower() == key.lower():
            return value
    return None


def _like(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    wild = {"*": ".*", "?": "."}
    expression = "".join(wild.get(part) or re.escape(part) for part in re.split(r"([*?])", pattern))
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.fullmatch(expression, text, flags) is not None


def _holds(operator: str, key: str, values: list[Any], context: Mapping[str, str]) -> bool:
    found = _value(key, context)
    if operator == "Null":
        return any((found is None) == (str(each).lower() == "true") for each in values)
    compare, negated = _operator(operator)
    if found is None:
        return operator.endswith(_IF_EXISTS) or negated
    wanted = (_with_variables(str(each), context) for each in values)
    return any(each is not None and compare(found, each) for each in wanted) != negated


def _operator(name: str) -> tuple[Callable[[str, str], bool], bool]:
    """Return how an operator compares the request's value to the policy's, and if it negates."""
    name = name.removesuffix(_IF_EXISTS)
    negated = "Not" in name
    if name.replace("Not", "") not in _OPERATORS or (negated and name.startswith("Numeric")):
        raise MalformedPolicyError(f"Invalid Condition type : {name}.")
    return _OPERATORS[name.replace("Not", "")], negated


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "Null": lambda found, wanted: found == wanted,
    "Bool": lambda found, wanted: found.lower() == wanted.lower(),
    "StringEquals": lambda found, wanted: found == wanted,
    "StringLike": lambda found, wanted: _like(wanted, found),
    "ArnEquals": lambda found, wanted: _like(wanted, found),
    "ArnLike": lambda found, wanted: _like(wanted, found),
    "NumericEquals": lambda found, wanted: float(found) == float(wanted),
    "NumericLessThan": lambda found, wanted: float(found) < float(wanted),
    "NumericLessThanEquals": lambda found, wanted: float(found) <= float(wanted),
    "NumericGreaterThan": lambda found, wanted: float(found) > float(wanted),
    "NumericGreaterThanEquals": lambda found, wanted: float(found) >= float(wanted),
}


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
