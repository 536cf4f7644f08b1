"""What throws can be caught: every exception that an evaluation ends in is a type of the tables."""

from __future__ import annotations

import re

import pytest

from lab_utils.settings import PROJECT
from policy_expressions.library import LIBRARY
from tests.policy_expressions.asking import text

THROWN = sorted(
    {
        name
        for file in (PROJECT / "policy_expressions").rglob("*.py")
        for name in re.findall(
            r'ExpressionFailure\(\s*"([\w.]+)"', file.read_text(encoding="utf-8")
        )
    }
)


@pytest.mark.parametrize("name", THROWN)
def test_what_is_thrown_is_a_known_exception(name: str) -> None:
    assert LIBRARY.find(name) is not None


@pytest.mark.parametrize(
    ("body", "caught"),
    [
        (
            'var d = new XmlDocument(); d.LoadXml("<a/>"); d.SelectSingleNode("/x:a");',
            "XPathException",
        ),
        ("Array.Copy(new[] { 1.5 }, new byte[1], 1);", "ArrayTypeMismatchException"),
        ('JObject.Parse("{");', "JsonReaderException"),
        ("int.Parse(null);", "ArgumentNullException"),
    ],
)
def test_it_is_caught_as_an_exception(body: str, caught: str) -> None:
    told = text(f"try {{ {body} }} catch (Exception e) {{ return e.GetType().Name; }} return 1;")
    assert told == caught
