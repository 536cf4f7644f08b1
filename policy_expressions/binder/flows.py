"""Which bodies an expression reads: follows `context.Response` through everything it is put into.

`.Body` of an IRequest is always that of the request: there is no other. An IResponse may also be
the answer of a send-request, kept in a variable, so each bound expression knows what it may hold:
`context.Response` itself, or whatever certain locals hold. An expression may hold what its parts
may, unless its type cannot; a local may hold all that is ever assigned to it, wherever that is
written. So `var r = context.Response; return r.Body` reads the response's body, while
`((IResponse)context.Variables["token"]).Body` does not: whether a variable keeps the response is
not for the expression to tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from policy_expressions.library import STRING
from policy_expressions.types.model import Type

RESPONSE = "context.Response"
REQUEST_BODY, RESPONSE_BODY = "Request.Body", "Response.Body"
KEPT_BODY = "IResponse.Body"  # of an answer from elsewhere, such as a variable
_DELEGATES = "what delegates are called with"


class Flows:
    """What may flow where in one expression; nodes are RESPONSE, locals and local functions."""

    def __init__(self) -> None:
        self.seen: set[Any] = set()  # what the parts of the expression being bound may hold
        self.declared: list[Any] = []  # the locals it declares: patterns, `out`, lambdas
        self._into: dict[Any, set[Any]] = {}  # from each node to those that may hold it too
        self._bodies: list[frozenset[Any]] = []  # what the receivers of `IResponse.Body` may hold
        self._reads_request = False

    def leave(self) -> frozenset[Any]:
        """Return what the parts of an expression may hold; what it declares may hold it too."""
        held = frozenset(self.seen)
        for local in self.declared:
            self.put(local, held)
        return held

    def put(self, target: Any, held: Iterable[Any]) -> None:
        """Note that the target may hold, from wherever on, what the others hold."""
        for node in held:
            self._into.setdefault(node, set()).add(target)

    def mix(self, held: Iterable[Any], receivers: Iterable[Any]) -> None:
        """Note that a call or an assignment may leave anything in anything that can take it."""
        for receiver in receivers:
            self.put(receiver, held)

    def parameter(self, local: Any) -> None:
        """Note a parameter of a lambda, which may be called from anywhere."""
        self.put(local, (_DELEGATES,))

    def called(self, held: Iterable[Any]) -> None:
        """Note what a delegate is called with."""
        self.put(_DELEGATES, held)

    def body_of(self, owner: str, held: Iterable[Any]) -> None:
        """Note that the body of this type is read, of something that may hold these."""
        if owner == "IRequest":
            self._reads_request = True
        if owner == "IResponse":
            self._bodies.append(frozenset(held))

    def reads(self) -> frozenset[str]:
        """Return which of REQUEST_BODY, RESPONSE_BODY and KEPT_BODY are read."""
        responses: set[Any] = set()
        waiting = [RESPONSE]
        while waiting:
            node = waiting.pop()
            if node not in responses:
                responses.add(node)
                waiting += self._into.get(node, ())
        found = {REQUEST_BODY} if self._reads_request else set()
        for held in self._bodies:
            found.add(KEPT_BODY if responses.isdisjoint(held) else RESPONSE_BODY)
        return frozenset(found)


def can_hold(of: Type) -> bool:
    """Tell whether a value of the type may be, or contain, an object of the context."""
    return of is not STRING and (not of.is_value or bool(of.arguments))
