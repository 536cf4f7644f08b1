"""Are the parameters of a deployment those that its template declares?

https://learn.microsoft.com/azure/azure-resource-manager/templates/parameters
"""

from __future__ import annotations

from typing import Any

from .expressions import TemplateError

Declaration = dict[str, Any]
TYPES: dict[str, Any] = {"string": str, "int": int, "bool": bool, "array": list, "object": dict}


def bind(template: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return the value of each parameter that is given; the others have a default or are null.

    Raises TemplateError for an unknown, a missing or an unfit one.
    """
    declared: dict[str, Declaration] = template.get("parameters", {})
    unknown = [name for name in given if name not in declared]
    if unknown:
        raise TemplateError(
            "The following parameters were supplied, but do not correspond to any parameters "
            f"defined in the template: '{', '.join(unknown)}'. The parameters defined in the "
            f"template are: '{', '.join(declared)}'."
        )
    values = {}
    for name, declaration in declared.items():
        if given.get(name) is not None:
            check(given[name], declaration, template.get("definitions", {}), name)
            values[name] = given[name]
        elif declaration.get("nullable"):
            values[name] = None
        elif "defaultValue" not in declaration:
            raise TemplateError(f"The value for the template parameter '{name}' is not provided.")
    return values


def check(value: Any, declaration: Declaration, definitions: dict[str, Any], path: str) -> None:
    """Raise TemplateError where `value` does not fit what is declared, at any depth."""
    if "$ref" in declaration:
        named = definitions[declaration["$ref"].rsplit("/", 1)[1]]
        declaration = {**named, **declaration}
    wanted = declaration["type"]
    is_bool = isinstance(value, bool)
    if not isinstance(value, TYPES[wanted]) or (wanted == "int" and is_bool):
        raise TemplateError(
            f"The provided value for the template parameter '{path}' is not valid. Expected a "
            f"value of type '{wanted}', but received a value of type '{type(value).__name__}'."
        )
    allowed = declaration.get("allowedValues")
    if allowed and value not in allowed:
        raise TemplateError(
            f"The provided value '{value}' for the template parameter '{path}' is not valid. The "
            f"value must be part of the allowed value(s): '{','.join(allowed)}'."
        )
    size = len(value) if isinstance(value, (str, list)) else value
    for low, high in (("minLength", "maxLength"), ("minValue", "maxValue")):
        if (low in declaration and size < declaration[low]) or (
            high in declaration and size > declaration[high]
        ):
            raise TemplateError(
                f"The provided value for the template parameter '{path}' is not valid. Length or "
                f"value {size} should be from {declaration.get(low)} to {declaration.get(high)}."
            )
    if wanted == "array" and "items" in declaration:
        for index, item in enumerate(value):
            check(item, declaration["items"], definitions, f"{path}[{index}]")
    if wanted == "object" and "properties" in declaration:
        _check_object(value, declaration, definitions, path)


def _check_object(
    value: dict[str, Any], declaration: Declaration, definitions: dict[str, Any], path: str
) -> None:
    known = declaration["properties"]
    for name, item in known.items():
        if value.get(name) is not None:
            check(value[name], item, definitions, f"{path}.{name}")
        elif not item.get("nullable"):
            raise TemplateError(f"The template parameter '{path}' misses property '{name}'.")
    others = declaration.get("additionalProperties")
    for name in value.keys() - known.keys():
        if not others:
            raise TemplateError(f"The template parameter '{path}' has no property '{name}'.")
        check(value[name], others, definitions, f"{path}.{name}")
