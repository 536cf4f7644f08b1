"""The reference of expressions, written from the member tables: docs/expressions.md."""

# ruff: noqa: E501 - lines of a terminal

from __future__ import annotations

from policy_expressions.members import FAMILIES
from policy_expressions.types.model import Definition

INTRODUCTION = """\
# Expressions of the local gateway

C# expressions in policies, `@(...)` and `@{...}`, are compiled when a document is loaded, with the
static types C# has, and evaluated as .NET and Newtonsoft.Json 13 would. What is not listed here is
refused then, with file, line and name; nothing else is reachable. An evaluation may take 5 seconds.

## What does this expression give?

`policy-expressions eval`, or `python -m policy_expressions eval` from the folder, takes an
expression, or the place of one such as `policy.xml:12`, and what the request is like. Five everyday
questions, with two files, `answer.sse`

```text
data: {"choices":[{"delta":{"content":"Hi"}}],"usage":null}

data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}

data: [DONE]
```

and `soap.xml`:

```xml
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<w:Reading xmlns:w="urn:weather"><w:Degrees>5</w:Degrees></w:Reading></s:Body></s:Envelope>
```

A claim of a token; a choice by a header; the tokens that a stream told; a value in SOAP; a
signature with a named value (PowerShell 7 takes the lines as they stand):

```console
$ policy-expressions eval '@(context.Request.Headers["Authorization"].First().Substring(7).AsJwt()?.Claims["roles"].Last())' -H 'Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEiLCJyb2xlcyI6WyJyZWFkZXIiLCJ3cml0ZXIiXX0.'
value     writer
type      System.String
$ policy-expressions eval '@(context.Request.Headers.GetValueOrDefault("x-tier", "free") == "gold" ? "gpt-5.4" : "gpt-5.4-mini")' -H 'x-tier: gold'
value     gpt-5.4
type      System.String
$ policy-expressions eval '@(context.Response.Body.As<string>().Split(new[] { "data: " }, StringSplitOptions.None).Where(e => e.Contains("\\"usage\\":{")).Select(e => (int)JObject.Parse(e)["usage"]["completion_tokens"]).LastOrDefault())' --response 200 --response-body answer.sse
value     12
type      System.Int32
consumed  context.Response.Body: read it with preserveContent: true
$ policy-expressions eval '@(context.Request.Body.As<XElement>().Descendants().First(e => e.Name.LocalName == "Degrees").Value)' --body soap.xml
value     5
type      System.String
consumed  context.Request.Body: read it with preserveContent: true
$ policy-expressions eval '@(Convert.ToBase64String(new HMACSHA256(Encoding.UTF8.GetBytes("{{signing-key}}")).ComputeHash(Encoding.UTF8.GetBytes(context.Request.Method + context.Request.Url.Path))))' --named-value signing-key=k --method POST --url https://gateway.example/orders
value     6D/ktUVFNaX4xGCoyfwgw3fkE0bL0NhYmmExjMX9/+M=
type      System.String
```

The exit status is 0 for a value, 1 for a .NET exception, 2 for what is refused. `consumed` warns that
the next policy finds no body. `policy-expressions repl` asks one question after another, and from
Python it is `policy_expressions.compile(text).evaluate(Context.request("POST", url, headers, body))`.

### Many questions at once

`eval --jsonl` reads one question a line and answers each with one line:

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

C# 7.3, read by a parser of its own, without `goto`, iterators, `dynamic` and arrays of several
dimensions; what came with a later C# is refused with the version that has it. There are operators,
casts, queries, `?.` and `??`, interpolation, lambdas, local functions, patterns, `switch`, loops,
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
