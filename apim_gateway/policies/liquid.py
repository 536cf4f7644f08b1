"""Liquid templates of set-body, rendered by python-liquid with what API Management lets them see.

Source: https://learn.microsoft.com/azure/api-management/set-body-policy. API Management renders
with DotLiquid, in which filters may be written as `Upcase` or `upcase`; here both are known.
Of XML a template sees elements by their names without prefix, in any case, as the policies that API
Management writes for SOAP do: body.envelope.body. Inferred: attributes are not seen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Optional

from apim_gateway.running import bodies, conversion
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import SectionError
from policy_expressions import ExpressionFailure
from policy_expressions.context import Body, Context, Headers, Url
from policy_expressions.json import reader
from policy_expressions.json.containers import JArray, JObject
from policy_expressions.json.tokens import JValue
from policy_expressions.runtime.texts import plain_text

MOST_LOOPS, MOST_BYTES = 1_000_000, 64_000_000
# DotLiquid's block in API Management: a for whose turns are parted by commas.
_ARRAY_FOR = re.compile(r"\{%(-?)\s*JSONArrayFor\b(.*?)(-?)%\}", re.DOTALL)
_FOR = r"{%\1 for\2%}{% unless forloop.first %},{% endunless \3%}"
_END_ARRAY_FOR = re.compile(r"\{%(-?)\s*endJSONArrayFor\s*(-?)%\}")
_READS_BODY = re.compile(r"\{[{%][^}]*\bbody\b")


class Template:
    """A template. Raises ValueError, with the reason, for one that cannot be read."""

    def __init__(self, source: str, dates: bool = True) -> None:
        import liquid  # only a document that has a template waits for it

        class Environment(liquid.Environment):
            loop_iteration_limit = MOST_LOOPS
            output_stream_limit = MOST_BYTES

        self._dates = dates
        self._reads_body = _READS_BODY.search(source) is not None
        self._error = liquid.exceptions.LiquidError
        environment = Environment()
        for name, function in list(environment.filters.items()):
            environment.filters["".join(map(str.capitalize, name.split("_")))] = function
        text = _ARRAY_FOR.sub(_FOR, source)
        try:
            self._template = environment.from_string(_END_ARRAY_FOR.sub(r"{%\1 endfor \2%}", text))
        except liquid.exceptions.LiquidError as error:
            raise ValueError(f"is no Liquid template: {_reason(error)}") from error

    async def render(self, exchange: Exchange, empty: bool = False) -> bytes:
        """Return the text; with `empty`, as in return-response, there is no body to read.

        Raises SectionError for a body that cannot be read, and a template that fails on it.
        """
        body, kind = None, ""
        if self._reads_body and not empty:
            body = await bodies.read(exchange)
            kind = ",".join(exchange.headers().get("Content-Type") or []).lower()
        return await exchange.services.workers.run(self._rendered, exchange.context, body, kind)

    def _rendered(self, context: Context, body: Optional[Body], kind: str) -> bytes:
        try:
            text = self._template.render(context=_seen(context), body=self._value(body, kind))
        except self._error as error:
            message = f"The Liquid template failed: {_reason(error)}."
            raise SectionError("set-body", "LiquidError", message) from error
        return str(text).encode("utf-8")

    def _value(self, body: Optional[Body], kind: str) -> Any:
        if body is None:
            return None
        text = body.data.decode("utf-8-sig", "replace")
        if "xml" in kind:
            try:
                return _elements(conversion.tree(body.data))
            except ValueError as error:
                message = f"The body is no XML: {error}"
                raise SectionError("set-body", "LiquidError", message) from error
        if "json" not in kind:
            return text
        try:
            return _plain(reader.parse(text, dates=self._dates))
        except ExpressionFailure as error:
            raise SectionError("set-body", "LiquidError", error.message) from error


def _plain(token: Any) -> Any:
    """Return what a template sees of JSON: texts, whole numbers, truths, lists and mappings.

    Of what is no JSON it sees nothing.
    """
    if isinstance(token, JObject):
        return {name: _plain(each.value) for name, each in token.properties.items()}
    if isinstance(token, JArray):
        return [_plain(item) for item in token.items]
    value = token.value if isinstance(token, JValue) else None
    return value if value is None or isinstance(value, (str, int)) else plain_text(value)


def _elements(value: Any) -> Any:
    """Return what a template sees of XML: elements by name, whatever its case, and texts."""
    if isinstance(value, dict):
        return _Element((name, _elements(each)) for name, each in value.items())
    return [_elements(each) for each in value] if isinstance(value, list) else value


class _Names(dict):  # type: ignore[type-arg]
    """Names that ignore case, as headers do."""

    def __missing__(self, name: str) -> Any:
        for key, value in dict.items(self):
            if key.lower() == str(name).lower():
                return value
        raise KeyError(name)


class _Element(_Names):
    """An element; a `for` over it has it as the only one."""

    def items(self) -> Any:
        """Return itself, which is what Liquid goes through."""
        return [self]

    def __len__(self) -> int:
        return 1


def _seen(context: Context) -> Mapping[str, Any]:
    """Return what the documentation lists of `context`."""
    request, response = context.request, context.response
    seen: dict[str, Any] = {
        "Request": {
            "Method": request.method,
            "Url": _url(request.url),
            "OriginalUrl": _url(request.original_url),
            "IpAddress": request.ip_address,
            "MatchedParameters": dict(request.matched_parameters),
            "HasBody": request.body is not None,
            "Headers": _headers(request.headers),
        },
        "Variables": {
            name: value if isinstance(value, (str, int)) else _plain(value)
            for name, value in context.variables.items()
        },
    }
    if response:
        seen["Response"] = {
            "StatusCode": response.status_code,
            "StatusReason": response.status_reason,
            "Headers": _headers(response.headers),
        }
    for name, thing in (
        ("Api", context.api),
        ("Operation", context.operation),
        ("Product", context.product),
        ("Subscription", context.subscription),
        ("User", context.user),
    ):
        if thing is not None:
            seen[name] = {
                _pascal(field): value
                for field, value in vars(thing).items()
                if isinstance(value, (str, int)) and "key" not in field
            }
    return seen


def _url(url: Url) -> Mapping[str, Any]:
    return {
        "Scheme": url.scheme,
        "Host": url.host,
        "Port": url.port,
        "Path": url.path,
        "QueryString": f"?{url.query}" if url.query else "",
    }


def _headers(headers: Headers) -> _Names:
    return _Names({name: ",".join(values) for name, values in headers.lists()})


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else "it cannot be read"
