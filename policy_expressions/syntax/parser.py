"""Parses C# with tree-sitter into a small tree of our own, and decodes its literals."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Optional

import tree_sitter
import tree_sitter_c_sharp

from policy_expressions.errors import CompileError, UnsupportedError
from policy_expressions.runtime.values import Char, Long, Single, UInt, ULong, units
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.precedence import in_order

MAX_DEPTH = 100
MAX_SOURCE = 64 * 1024

_LANGUAGE = tree_sitter.Language(tree_sitter_c_sharp.language())
_BEFORE_EXPRESSION = "class C{object M(){return ("
_BEFORE_BLOCK = "class C{object M(){"


def parse(source: str, block: bool, line: int = 1) -> Node:
    """Parse what stands in `@(...)`, or in `@{...}` when it is a block.

    line is that of the source's first character. Raises CompileError where C# does,
    UnsupportedError when the source is too long or too deep.
    """
    if len(source) > MAX_SOURCE:
        raise UnsupportedError("expression", f"is longer than {MAX_SOURCE} characters")
    before, after = (_BEFORE_BLOCK, "}}") if block else (_BEFORE_EXPRESSION, ");}}")
    data = (before + source + after).encode("utf-8", "replace")
    tree = tree_sitter.Parser(_LANGUAGE).parse(data)
    root = tree.root_node
    if root.has_error:
        raise _syntax_error(source, block)
    for name in ("class_declaration", "declaration_list", "method_declaration", "block"):
        root = next(child for child in reversed(root.children) if child.type == name)
    if not block:
        statements = root.named_children
        if len(statements) != 1 or statements[0].end_byte != len(data) - 2:
            raise _syntax_error(source, block)
        inner = [c for c in statements[0].named_children if c.type != "comment"]
        if len(inner) != 1 or inner[0].type != "parenthesized_expression":
            raise CompileError("CS1525", "Invalid expression term ')'")
        root = inner[0]
    return in_order(_node(root, data, line, None, 0))


def _node(
    node: tree_sitter.Node, data: bytes, line: int, parent: Optional[str], depth: int
) -> Node:
    left_chain = parent == node.type == "binary_expression"
    depth += 0 if left_chain else 1
    if depth > MAX_DEPTH:
        raise UnsupportedError("expression", f"is nested deeper than {MAX_DEPTH} levels")
    children: list[Node] = []
    labels: list[Optional[str]] = []
    tokens: list[str] = []
    after: list[str] = []
    for index, child in enumerate(node.children):
        if child.type == "comment":
            continue
        if child.is_named:
            children.append(_node(child, data, line, node.type, depth))
            labels.append(node.field_name_for_child(index))
            after.append("")
        else:
            tokens.append(child.type)
            after[-1:] = [child.type] * bool(after)
    text = data[node.start_byte : node.end_byte].decode("utf-8", "replace")
    at = line + node.start_point[0]
    return Node(node.type, text, at, tuple(children), tuple(labels), tuple(tokens), tuple(after))


_TOKEN = re.compile(
    r"\s+|//[^\n]*|/\*.*?\*/|@\"(?:[^\"]|\"\")*\"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.[^'\n]*)*'"
    r"|[A-Za-z_]\w*|\d[\w.]*|.",
    re.DOTALL,
)
_STATEMENT_WORDS = (
    "if",
    "return",
    "for",
    "foreach",
    "while",
    "do",
    "switch",
    "try",
    "using",
    "lock",
)
_TYPE_WORDS = ("int", "string", "bool", "long", "double")


def _syntax_error(source: str, block: bool) -> CompileError:
    """Name the commonest faults as the C# compiler does, the others alike."""
    tokens = [t for t in _TOKEN.findall(source) if t.strip() and not t.startswith(("//", "/*"))]
    for token in tokens:
        if token.startswith("'") and re.fullmatch(r"'(?:[^'\\]|\\[^xuU]){2,}'", token):
            return CompileError("CS1012", "Too many characters in character literal")
    if re.search(r"\{[^{}\"]*:\}", source):
        return CompileError("CS8089", "Empty format specifier.")
    if not block and tokens:
        if tokens[0] in _STATEMENT_WORDS + _TYPE_WORDS:
            return CompileError("CS1525", f"Invalid expression term '{tokens[0]}'")
        if tokens.count("(") > tokens.count(")"):
            return CompileError("CS1026", ") expected")
        if re.fullmatch(r"[-+*/%&|^<>=?:,]", tokens[-1]):
            return CompileError("CS1525", "Invalid expression term ')'")
    if block and any(a[0].isdigit() and b == ";" for a, b in zip(tokens, tokens[1:])):
        for before, number, after in zip(["{", *tokens], tokens, tokens[1:]):
            if before in "{};" and number[0].isdigit() and after == ";":
                return CompileError("CS0201", ONLY_CALLS)
    return CompileError(
        "CS1002", "this is not C#: a bracket, quote, operator or semicolon is missing"
    )


ONLY_CALLS = (
    "Only assignment, call, increment, decrement, await, and new object expressions "
    "can be used as a statement"
)
_ESCAPE = re.compile(
    r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{1,4})|(.))", re.DOTALL
)
_SIMPLE = dict(zip("'\"\\0abfnrtv", "'\"\\\0\a\b\f\n\r\t\v"))


def unescape(text: str) -> str:
    """Decode the escapes of a regular C# string. Raises CompileError for an unknown one."""

    def decode(match: re.Match[str]) -> str:
        code = match.group(1) or match.group(2) or match.group(3)
        if code:
            if int(code, 16) > 0x10FFFF:
                raise CompileError("CS1009", "Unrecognized escape sequence")
            return units(chr(int(code, 16)))
        if match.group(4) not in _SIMPLE:
            raise CompileError("CS1009", "Unrecognized escape sequence")
        return _SIMPLE[match.group(4)]

    return units(_ESCAPE.sub(decode, text))


def literal(node: Node) -> Any:
    """Return the value of a literal node."""
    text = node.text
    if node.kind == "string_literal":
        return unescape(text[1:-1])
    if node.kind == "verbatim_string_literal":
        return units(text[2:-1].replace('""', '"'))
    if node.kind == "character_literal":
        value = unescape(text[1:-1])
        if len(value) != 1:
            raise CompileError("CS1012", "Too many characters in character literal")
        return Char(value)
    if node.kind == "boolean_literal":
        return text == "true"
    if node.kind == "integer_literal":
        return _integer(text.lower().replace("_", ""))
    if node.kind == "real_literal":
        return _real(text.lower().replace("_", ""))
    raise UnsupportedError(node.kind, "this kind of literal is not supported")


def _integer(text: str) -> Any:
    digits = text.rstrip("ul")
    suffix = "".join(sorted(text[len(digits) :]))
    value = int(digits, 16 if digits.startswith("0x") else 2 if digits.startswith("0b") else 10)
    kinds: dict[str, Any] = {"": (int, UInt, Long, ULong), "u": (UInt, ULong), "l": (Long, ULong)}
    limits: dict[Any, int] = {int: 2**31, UInt: 2**32, Long: 2**63, ULong: 2**64}
    for kind in kinds.get(suffix, (ULong,)):
        if value < limits[kind]:
            return kind(value)
    raise CompileError("CS1021", "Integral constant is too large")


def _real(text: str) -> Any:
    if text.endswith("m"):
        return Decimal(text[:-1])
    if text.endswith("f"):
        return Single(text[:-1])
    return float(text.rstrip("d"))
