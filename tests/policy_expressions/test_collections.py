"""Collections give what those of .NET give, in their order."""

from __future__ import annotations

import pytest

from tests.policy_expressions.asking import text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('var s = new Stack<int>(); s.Push(1); s.Push(2); return string.Join(",", s);', "2,1"),
        ('string.Join(",", new Stack<int>(new[] { 1, 2, 3 }))', "3,2,1"),
        ('var s = new Stack<int>(new[] { 1, 2 }); return s.Pop() + "," + s.Peek();', "2,1"),
        ('var q = new Queue<int>(new[] { 1, 2 }); return q.Dequeue() + "," + q.Peek();', "1,2"),
        (
            "return new Stack<int>().Pop();",
            "System.InvalidOperationException: Stack empty.",
        ),
        ("var s = new HashSet<int> { 1 }; s.UnionWith(new[] { 2 }); return s.Count;", "2"),
        ("var s = new HashSet<int> { 1, 2 }; s.ExceptWith(new[] { 1 }); return s.Single();", "2"),
        ("return new HashSet<int> { 1, 2 }.SetEquals(new[] { 2, 1, 2 });", "True"),
        ("return new List<int> { 1, 2, 3 }.RemoveAll(n => n > 1);", "2"),
        ('return string.Join(",", new List<int> { 1, 2, 3 }.GetRange(1, 2));', "2,3"),
        ("var n = 0; new List<int> { 1, 2 }.ForEach(x => n += x); return n;", "3"),
        ("var a = new[] { 1 }; ((int[])a.Clone())[0] = 2; return a[0];", "1"),
    ],
)
def test_collections_keep_their_order(source: str, expected: str) -> None:
    assert text(source) == expected
