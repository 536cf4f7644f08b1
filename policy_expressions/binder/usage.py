"""What an expression uses, held against what API Management allows and what .NET Framework has."""

from __future__ import annotations

from policy_expressions.errors import ExpressionWarning, NotAllowedError, UnsupportedError
from policy_expressions.standing import IS_REFUSED, UNLISTED, standing, words
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type
from policy_expressions.types.signatures import Declaration, Newer


class Usage:
    """The types and members that one expression names, and the warnings they give."""

    def __init__(self) -> None:
        self.warnings: list[ExpressionWarning] = []

    def type(self, of: Type, node: Node) -> None:
        """Note that the expression names a type. Raises NotAllowedError when it is refused."""
        for argument in of.arguments:
            self.type(argument, node)
        if of.definition.name != "[]":
            self._note(of.definition.full, "", node)

    def member(self, owner: Type, member: Declaration, node: Node) -> None:
        """Note that the expression uses a member.

        owner: the type that declares it. Raises NotAllowedError when API Management refuses it,
        UnsupportedError when .NET Framework lacks it.
        """
        if isinstance(member.implementation, Newer):
            name = f"{owner.definition.name}.{member.text.partition('(')[0].split()[-1]}"
            version = member.implementation.version
            raise UnsupportedError(
                name,
                f"this form came with {version}: expressions have the types of .NET Framework",
            )
        full = owner.definition.full
        if owner.name.startswith("<") or owner.kind == "parameter":
            return  # an anonymous type
        self._note("System.Array" if full == "[]" else full, member.name, node)

    def _note(self, full: str, member: str, node: Node) -> None:
        found = standing(full, member)
        if found not in (IS_REFUSED, UNLISTED):
            return
        # Where the whole type is on no list, its member says no more than the type.
        member = "" if standing(full) == found else member
        code, text = words(full, member)
        if found == IS_REFUSED:
            raise NotAllowedError(code, text)
        what = f"member '{member}' of type '{full}'" if member else f"type '{full}'"
        hint = (
            f"{what} is not on Microsoft's list for expressions: "
            "API Management may refuse it when the policy is saved"
        )
        if all(warning.message != hint for warning in self.warnings):
            place = node.source.position(node.place)
            self.warnings.append(ExpressionWarning(code, hint, *place))
