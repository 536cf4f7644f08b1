"""The tables: every type an expression may name, with its members, by family.

A new member is one line: its C# declaration and the Python function behind it.
"""

from __future__ import annotations

from policy_expressions.members import (
    basics,
    certificates,
    collections,
    context,
    crypto,
    dates,
    encoding,
    exceptions,
    json,
    jwt,
    linq,
    maths,
    numbers,
    regex,
    text,
    web,
    xml,
    xml_document,
    xml_reader,
    zones,
)

FAMILIES = {
    "Basics": basics,
    "Exceptions": exceptions,
    "Text": text,
    "Encoding": encoding,
    "Numbers": numbers,
    "Mathematics and conversion": maths,
    "Dates": dates,
    "Time zones": zones,
    "Collections": collections,
    "LINQ": linq,
    "JSON": json,
    "XML": xml,
    "XmlReader": xml_reader,
    "XmlDocument": xml_document,
    "Regular expressions": regex,
    "Web": web,
    "Cryptography": crypto,
    "Keys and certificates": certificates,
    "Context": context,
    "Tokens and credentials": jwt,
}
DEFINITIONS = tuple(d for family in FAMILIES.values() for d in family.DEFINITIONS)
