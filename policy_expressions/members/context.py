"""`context` and everything under it.

https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#ContextVariables
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Optional

from policy_expressions import context as model
from policy_expressions.errors import Exceeded, ExpressionFailure, NotSupportedHere
from policy_expressions.json.reader import parse
from policy_expressions.members.certificates import certificate
from policy_expressions.runtime.containers import Array
from policy_expressions.runtime.dates import SECOND, DateTime, TimeSpan
from policy_expressions.runtime.enums import member
from policy_expressions.runtime.names import Names, Variables, decoded, lists
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.values import units
from policy_expressions.types.model import Definition, Type
from policy_expressions.types.signatures import with_run_and_type, with_type
from policy_expressions.xml.reader import parse_document, parse_element

_LISTS = "IReadOnlyDictionary<string, string[]>"


def _moment(name: str) -> Callable[[Any], Optional[DateTime]]:
    def run(owner: Any) -> Optional[DateTime]:
        found = getattr(owner, name)
        return None if found is None else DateTime.from_python(found)

    return run


def _body(message: Any) -> Optional[model.Body]:
    body: Optional[model.Body] = message.body
    return None if body is None or body.consumed else body


def _content(body: model.Body, preserve: bool) -> str:
    body.consumed = body.consumed or not preserve
    return units(body.data.decode("utf-8", "replace"))


def _json(kind: str) -> Callable[[Run, model.Body, str], Any]:
    def read(run: Run, body: model.Body, text: str) -> Any:
        try:
            return parse(text, kind, all_of_it=False)
        except Exceeded:
            raise
        except ExpressionFailure as failure:
            message = f"The message body is not a valid JSON. {failure.message}"
            raise ExpressionFailure("MessageBodyException", message) from None

    return read


def _xml(parse: Callable[[Run, str], Any]) -> Callable[[Run, model.Body, str], Any]:
    """Return a reader of XML; a byte order mark is no part of it."""
    return lambda run, body, text: parse(run, text.lstrip("\ufeff"))


_READERS: dict[str, Callable[[Run, model.Body, str], Any]] = {
    "string": lambda run, body, text: text,
    "byte[]": lambda run, body, text: bytearray(body.data),
    **{kind: _json(kind) for kind in ("JObject", "JArray", "JToken")},
    **{kind: _xml(parse_element) for kind in ("XElement", "XNode")},
    "XDocument": _xml(parse_document),
}


def _as(run: Run, of: Type, body: model.Body, preserve: bool) -> Any:
    reader = _READERS.get(of.name)
    if reader is None:
        raise NotSupportedHere(f"Body.As<{of}>", f"use one of {', '.join(_READERS)}")
    return reader(run, body, _content(body, preserve))


class Group:
    """A group of a user or a product."""

    type = "IGroup"

    def __init__(self, name: str) -> None:
        self.name = name


class KeyNames:
    """ISubscriptionKeyParameterNames: where the subscription key stands."""

    header = "Ocp-Apim-Subscription-Key"
    query = "subscription-key"


def _groups(owner: Any) -> Array:
    return Array("IGroup[]", map(Group, owner.groups))


def _headers(message: Any) -> Names:
    return lists(dict(message.headers.lists()), str.lower)


def _parameters(request: model.Request) -> Names:
    return Names("string", request.matched_parameters)


def _certificate(held: Optional[model.Certificate]) -> Any:
    return None if held is None else certificate(bytearray(held.data), held.password)


def _certificates(deployment: model.Deployment) -> Names:
    found = {name: _certificate(held) for name, held in deployment.certificates.items()}
    return Names("X509Certificate2", found)


def _typed_or_default(of: Type, variables: Names, name: str, default: Any) -> Any:
    found = variables.find(name)
    return default if found is None else of.unbox(found.value)


def _joined_or_default(names: Names, name: str, default: Any) -> Any:
    found = names.find(name)
    return default if found is None else ",".join(found.value)


def _value_or_default(names: Any, key: Any, default: Any) -> Any:
    found = names.find(key)
    return default if found is None else found.value


def _interface(
    head: str, python: Optional[type], fields: str = "", others: str = "", **more: Any
) -> Definition:
    """Return an interface; fields are properties of the same name in Python's spelling."""
    members: dict[str, Any] = {}
    for declared in fields.split(", ") if fields else ():
        name = declared.split()[-1]
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
        members[declared] = attrgetter(snake)
    members.update(more.get("members", {}))
    return Definition(f"interface {head}", members, python=python, sealed=True, others=others)


DEFINITIONS = (
    _interface(
        "IExpressionContext",
        model.Context,
        "IRequest Request, IResponse Response, IApi Api, IOperation Operation, IProduct Product, "
        "ISubscription Subscription, IUser User, IDeployment Deployment, ILastError LastError, "
        "IBackend Backend, IWorkspace Workspace, Guid RequestId, bool Tracing",
        others="GraphQL",
        members={
            "IReadOnlyDictionary<string, object> Variables": Variables,
            "DateTime Timestamp": _moment("timestamp"),
            "TimeSpan Elapsed": lambda context: TimeSpan.of(context.elapsed_seconds(), SECOND),
            "void Trace(string message)": lambda context, text: context.traces.append(text),
        },
    ),
    _interface(
        "IRequest",
        model.Request,
        "string Method, IUrl Url, IUrl OriginalUrl, string IpAddress, IFoundry Foundry, "
        "IPrivateEndpointConnection PrivateEndpointConnection",
        members={
            "IMessageBody Body": _body,
            f"{_LISTS} Headers": _headers,
            "IReadOnlyDictionary<string, string> MatchedParameters": _parameters,
            "X509Certificate2 Certificate": lambda request: _certificate(request.certificate),
        },
    ),
    _interface(
        "IResponse",
        model.Response,
        "int StatusCode, string StatusReason",
        members={"IMessageBody Body": _body, f"{_LISTS} Headers": _headers},
    ),
    _interface(
        "IMessageBody",
        model.Body,
        members={
            "T As<T>(bool preserveContent = false)": with_run_and_type(_as),
            f"{_LISTS} AsFormUrlEncodedContent(bool preserveContent = false)": (
                lambda body, preserve: decoded(_content(body, preserve))
            ),
        },
    ),
    _interface(
        "IUrl",
        model.Url,
        "string Scheme, string Host, int Port, string Path",
        members={
            f"{_LISTS} Query": lambda url: decoded(url.query),
            "string QueryString": lambda url: f"?{url.query}" if url.query else "",
            "string ToString()": str,
        },
    ),
    _interface(
        "IApi",
        model.Api,
        "string Id, string Name, string Path, string Revision, string Version, IUrl ServiceUrl, "
        "bool IsCurrentRevision",
        members={
            "IEnumerable<string> Protocols": lambda api: Array("string[]", api.protocols),
            "ISubscriptionKeyParameterNames SubscriptionKeyParameterNames": lambda api: KeyNames(),
        },
    ),
    _interface(
        "IOperation",
        model.Operation,
        "string Id, string Name, string Method, string UrlTemplate",
    ),
    _interface(
        "IProduct",
        model.Product,
        "string Id, string Name, int? SubscriptionLimit",
        members={
            "IEnumerable<IGroup> Groups": _groups,
            "IEnumerable<IApi> Apis": lambda product: Array("IApi[]", product.apis),
            "ProductState State": lambda _: member("ProductState", "Published"),
            "bool SubscriptionRequired": lambda _: True,
            "bool ApprovalRequired": lambda _: False,
        },
    ),
    _interface("IGroup", None, "string Name", members={"string Id": attrgetter("name")}),
    _interface(
        "ISubscription",
        model.Subscription,
        "string Id, string Name, string Key, string PrimaryKey, string SecondaryKey",
        members={
            "DateTime CreatedDate": _moment("created_date"),
            "DateTime? StartDate; DateTime? EndDate": lambda _: None,
        },
    ),
    _interface(
        "IUser",
        model.User,
        "string Id, string Email, string FirstName, string LastName, string Note",
        members={
            "IEnumerable<IGroup> Groups": _groups,
            "IEnumerable<IUserIdentity> Identities": lambda user: Array(
                "IUserIdentity[]", user.identities
            ),
            "DateTime RegistrationDate": _moment("registration_date"),
        },
    ),
    _interface("IUserIdentity", model.Identity, "string Id, string Provider"),
    _interface("IFoundry", model.Foundry, "string Deployment"),
    _interface(
        "IPrivateEndpointConnection",
        model.PrivateEndpointConnection,
        "string Name, string GroupId, string MemberName",
    ),
    _interface("IBackend", model.Backend, "string Id, string Type, string AzureRegion"),
    _interface("IWorkspace", model.Workspace, "string Id, string Name"),
    _interface("ISubscriptionKeyParameterNames", KeyNames, "string Header, string Query"),
    _interface(
        "IDeployment",
        model.Deployment,
        "string Region, string ServiceId, string ServiceName",
        others="SustainabilityInfo",
        members={
            "IGateway Gateway": lambda deployment: deployment,
            "string GatewayId": lambda _: "managed",
            "IReadOnlyDictionary<string, X509Certificate2> Certificates": _certificates,
        },
    ),
    _interface(
        "IGateway",
        None,
        "string InstanceId",
        members={"string Id": lambda _: "managed", "bool IsManaged": lambda _: True},
    ),
    _interface(
        "ILastError",
        model.LastError,
        "string Source, string Reason, string Message, string Scope, string Section, string Path, "
        "string PolicyId",
    ),
    Definition(
        "class ContextExtensions",
        {
            "static T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> variables, "
            "string variableName, T defaultValue = default)": with_type(_typed_or_default),
            f"static string GetValueOrDefault(this {_LISTS} headers, string headerName, "
            "string defaultValue = null)": _joined_or_default,
            "static V GetValueOrDefault<K, V>(this IReadOnlyDictionary<K, V> dictionary, K key, "
            "V defaultValue = default)": _value_or_default,
        },
    ),
)
