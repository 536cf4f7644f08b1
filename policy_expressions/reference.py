"""The reference of expressions, written from the member tables: docs/expressions.md."""

from __future__ import annotations

from policy_expressions.members import FAMILIES
from policy_expressions.types.model import Definition

INTRODUCTION = """\
# Expressions of the local gateway

C# expressions in policies, `@(...)` and `@{...}`, are compiled when a document is loaded, with the
static types C# has, and evaluated as .NET and Newtonsoft.Json 13 would. What is not listed here is
refused then, with file, line and name; nothing else is reachable. An evaluation may take 5 seconds.

## What does this expression give?

`python -m policy_expressions eval --jsonl` reads one question a line and answers each
with one line:

```sh
echo '{"id": 1, "expr": "context.Variables.GetValueOrDefault<int>(\\"n\\") + 1"}' |
    python -m policy_expressions eval --jsonl
```

```powershell
'{"id": 1, "expr": "context.Variables.GetValueOrDefault<int>(\\"n\\") + 1"}' |
    python -m policy_expressions eval --jsonl
```

```json
{"id":1,"ok":true,"type":"System.Int32","text":"43"}
```

`expr` is what stands in `@( )`; give `body` for what stands in `@{ }`. `context` is laid over the
request of [default.json](../policy_expressions/evaluate/default.json): an object replaces the
second-level keys it names, so `{"variables": {"n": 1}}` sets one variable and keeps the others, and
`{"request": {"headers": {}}}` leaves no header. `type` is the .NET type, `text` what a header or an
attribute would get, `json` compact JSON where it differs from the text. An answer that is not `ok`
has a `stage`:

| stage | meaning |
|---|---|
| `compile` | C# refuses it; `error` is the compiler's code |
| `run` | .NET throws; `error` is the exception, `message` its text |
| `unsupported` | .NET may well answer, this gateway does not; `error` names what is missing |
| `input` | the line is no such question |

Two things are not known about the real gateway, and can be switched where the gateway is started:
`--missing-variable` says whether `context.Variables["missing"]` is null (the default) or throws,
`--newline` how the lines of indented JSON end.

## The language

C# 7.3 without LINQ query syntax, `goto`, iterators, `dynamic`, XML types and arrays of arrays:
operators, casts, `?.` and `??`, interpolation, lambdas, local functions, patterns, `switch`, loops,
`try`, `using`, initialisers, anonymous objects, tuples, `out` arguments.

## Types and members

Where a type is marked *complete*, every member that .NET has is listed or refused by its name.
"""


def markdown() -> str:
    """Return the whole page."""
    parts = [INTRODUCTION]
    for title, family in FAMILIES.items():
        entries = "".join(_entry(definition) for definition in family.DEFINITIONS)
        parts.append(f"### {title}\n\n{entries}")
    return "\n".join(parts)


def _entry(definition: Definition) -> str:
    name = definition.name
    if definition.parameters:
        name += f"<{', '.join(definition.parameters)}>"
    complete = ", *complete*" if definition.sealed else ""
    seen: dict[str, None] = {}
    for member in definition.all_members():
        seen.setdefault(member.name)
    members = ", ".join(f"`{member}`" for member in seen) or "no members of its own"
    return f"- **`{name}`** ({definition.kind}{complete}): {members}\n"
