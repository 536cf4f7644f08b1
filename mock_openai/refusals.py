"""What Azure OpenAI answers when it refuses a call: plain JSON, also where a stream was wanted.

Every body is written out as Azure writes it, with its spaces and line breaks, because clients and
gateways pass it on as it is. `$name` stands for a value of the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Optional

# Which headers an error carries tells which layer of the service refused.
BARE = "bare"  # the key check: nothing but the request's id
EDGE = "edge"  # the front door: security headers
REGION = "region"  # the front door, once it knows the region
MODEL = "model"  # all headers of an answered call


@dataclass(frozen=True)
class Kind:
    """Describe one refusal: status, body, and the oddities of its headers."""

    status: int
    body: str
    headers: str = MODEL
    content_type: Optional[str] = "application/json"
    reason: Optional[str] = None  # where Azure's reason phrase is not the usual one
    chunked: bool = False


def _invalid(message: str, param: str = "null", code: str = "null") -> Kind:
    return Kind(
        400,
        f'{{"error":{{"message":"{message}","type":"invalid_request_error",'
        f'"param":{param},"code":{code}}}}}',
    )


_NOT_JSON = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using"
    " your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not"
    " valid JSON. If you have trouble figuring out how to fix this, please contact us through our"
    " help center at help.openai.com.)"
)
_NO_ACCESS = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a"
    " valid key for an active subscription and use a correct regional API endpoint for your"
    " resource."
)
_NO_DEPLOYMENT = (
    "The API deployment for this resource does not exist. If you created the deployment within the"
    " last 5 minutes, please wait a moment and try again."
)
_WRONG_MODEL = (
    "The $action operation does not work with the specified model, $model. Please choose different"
    " model and try again. You can learn more about which models can be used with each operation"
    " here: https://go.microsoft.com/fwlink/?linkid=2197993."
)
_FILTERED = (
    "The response was filtered due to the prompt triggering Azure OpenAI's content management"
    " policy. Please modify your prompt and retry. To learn more about our content filtering"
    " policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766"
)
_VERDICT = (
    '"hate":{"filtered":false,"severity":"safe"},"jailbreak":{"filtered":false,"detected":false},'
    '"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"'
    '},"violence":{"filtered":true,"severity":"medium"}'
)
_THROTTLED = (
    "Your requests to $deployment for $model in $region have exceeded the $limit rate limit for"
    " your current AIServices S0 pricing tier. This request was for $operation under Azure OpenAI"
    " API version $version. Please retry after $seconds seconds."
)
_FAILED = (
    "The server had an error while processing your request. Sorry about that! You can retry your"
    " request, or contact us through an Azure support request at:"
    " https://go.microsoft.com/fwlink/?linkid=2213926 if the error persists. (Please include the"
    " request ID $request_id in your message.)"
)
_UNAVAILABLE = (
    "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n"
    "<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n"
)

KINDS: Mapping[str, Kind] = {
    # Who calls, and what is called
    "no access": Kind(
        401,
        '{"error":{"code":"401","message":"' + _NO_ACCESS + '"}}',
        headers=BARE,
        reason="PermissionDenied",
    ),
    "no resource": Kind(
        404, '{"error":{"code":"404","message": "Resource not found"}}', headers=EDGE
    ),
    "no deployment": Kind(
        404,
        '{\n  "error": {\n    "type": "invalid_request_error",\n    "code": "DeploymentNotFound",\n'
        '    "message": "' + _NO_DEPLOYMENT + '"\n  }\n}',
        headers=REGION,
        content_type=None,
        chunked=True,
    ),
    "version on v1": Kind(
        400,
        '{"error":{"code":"BadRequest","message":'
        '"api-version query parameter is not allowed when using /v1 path"}}',
        headers=EDGE,
    ),
    "too old for responses": Kind(
        400,
        '{"error":{"code":"BadRequest","message":"Azure OpenAI Responses API is enabled only for'
        ' api-version $since and later"}}',
        headers=EDGE,
    ),
    "wrong model": Kind(
        400, '{"error":{"code":"OperationNotSupported","message":"' + _WRONG_MODEL + '"}}'
    ),
    # What the body holds
    "not json": _invalid(_NOT_JSON),
    "unknown parameter": _invalid("Unrecognized request argument supplied: $param"),
    "missing": _invalid(
        "Missing required parameter: '$param'.", '"$param"', '"missing_required_parameter"'
    ),
    "wrong type": _invalid(
        "Invalid type for '$param': expected $wanted, but got $got instead.",
        '"$param"',
        '"invalid_type"',
    ),
    "wrong value": _invalid(
        "Invalid value: '$got'. Supported values are: $wanted.", '"$param"', '"invalid_value"'
    ),
    "out of range": _invalid(
        "Invalid '$param': $noun $side value. Expected a value $wanted, but got $got instead.",
        '"$param"',
        '"${noun}_$code"',
    ),
    "empty array": _invalid(
        "Invalid '$param': empty array. Expected an array with minimum length 1,"
        " but got an empty array instead.",
        '"$param"',
        '"empty_array"',
    ),
    "options without stream": _invalid(
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        '"stream_options"',
    ),
    "unsupported parameter": _invalid(
        "Unsupported parameter: '$param' is not supported with this model.",
        '"$param"',
        '"unsupported_parameter"',
    ),
    "use instead": _invalid(
        "Unsupported parameter: '$param' is not supported with this model. Use '$instead' instead.",
        '"$param"',
        '"unsupported_parameter"',
    ),
    "only the default": _invalid(
        "Unsupported value: '$param' does not support $got with this model. Only the default"
        " ($default) value is supported.",
        '"$param"',
        '"unsupported_value"',
    ),
    "unsupported value": _invalid(
        "Unsupported value: '$param' does not support '$got' with this model. Supported values"
        " are: $wanted.",
        '"$param"',
        '"unsupported_value"',
    ),
    "unsupported in response": _invalid(
        "Unsupported value: '$got' is not supported with the '$model' model. Supported values"
        " are: $wanted.",
        '"$param"',
        '"unsupported_value"',
    ),
    "tools with effort": _invalid(
        "Function tools with reasoning_effort are not supported for $model in"
        " /v1/chat/completions. Please use /v1/responses instead.",
        '"reasoning_effort"',
    ),
    "both limits": _invalid(
        "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
        '"max_tokens"',
        '"invalid_parameter_combination"',
    ),
    "too many tokens": _invalid(
        "$param is too large: $got. This model supports at most $most completion tokens, whereas"
        " you provided $got.",
        '"$param"',
        '"invalid_value"',
    ),
    "only with": _invalid(
        "Invalid value for '$param': '$param' is only allowed when '$other' are $state.",
        '"$param"',
    ),
    "no such tool": _invalid(
        "Tool choice '$got' not found in 'tools' parameter.", '"tool_choice"', '"invalid_value"'
    ),
    "not made": _invalid(
        "The mock does not make $what. It can replay a recording that has it; see --replay.",
        '"$param"',
        '"mock_not_made"',
    ),
    "tool without call": _invalid(
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message"
        " with 'tool_calls'.",
        '"$param"',
    ),
    "call without result": _invalid(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to"
        " each 'tool_call_id'. The following tool_call_ids did not have response messages: $ids",
        '"$param"',
    ),
    "null content": _invalid(
        "Invalid value for 'content': expected a string, got null.", '"$param"'
    ),
    "wrong pattern": _invalid(
        "Invalid '$param': string does not match pattern. Expected a string that matches the"
        " pattern '$wanted'.",
        '"$param"',
        '"invalid_value"',
    ),
    "too long": _invalid(
        "Invalid '$param': string too long. Expected a string with maximum length $most, but got"
        " a string with length $got instead.",
        '"$param"',
        '"string_above_max_length"',
    ),
    "no word json": _invalid(
        "$where must contain the word 'json' in some form, to use '$form' of type 'json_object'.",
        '"$param"',
    ),
    "no schemas": _invalid(
        "Invalid parameter: '$param' of type 'json_schema' is not supported with this model.",
        '"$param"',
    ),
    "schemas too new": Kind(
        400,
        '{"error":{"code":"BadRequest","message":"response_format value as json_schema is enabled'
        ' only for api versions $since and later"}}',
    ),
    "bad schema": _invalid("$message", '"$param"'),
    "bad schema of a response": _invalid("$message", '"$param"', '"invalid_json_schema"'),
    "bad function": _invalid("$message", '"$param"', '"invalid_function_parameters"'),
    "bad embedding input": _invalid(
        "'$$.input' is invalid. Please check the API reference:"
        " https://platform.openai.com/docs/api-reference."
    ),
    "fixed dimensions": _invalid("This model does not support specifying dimensions."),
    "no response": Kind(
        404,
        '{"error":{"message":"Response with id \'$got\' not found.",'
        '"type":"invalid_request_error","param":null,"code":null}}',
    ),
    "no previous response": _invalid(
        "Previous response with id '$got' not found.",
        '"previous_response_id"',
        '"previous_response_not_found"',
    ),
    "not streamed": _invalid(
        "Response with id '$got' cannot be streamed: it was not created with background=true and"
        " stream=true.",
        '"stream"',
    ),
    "not in background": _invalid("Cannot cancel a synchronous response."),
    "no model": Kind(
        404,
        '{"error":{"code":"ModelNotFound","message":"The model \'$got\' does not exist."}}',
        headers=REGION,
    ),
    "bad scenario": _invalid("$message", '"x-mock-scenario"', '"mock_scenario"'),
    # What happens to a good request
    "filtered prompt": Kind(
        400,
        '{"error":{"message":"' + _FILTERED + '","type":null,"param":"prompt",'
        '"code":"content_filter","status":400,"innererror":'
        '{"code":"ResponsibleAIPolicyViolation","content_filter_result":{' + _VERDICT + "}}}}",
    ),
    "timeout": Kind(408, '{"error":{"code":"Timeout","message":"The operation was timeout."}}'),
    "throttled": Kind(429, '{"error":{"code":"429","message":"' + _THROTTLED + '"}}'),
    "failed": Kind(
        500,
        '{\n  "error": {\n    "message": "' + _FAILED + '",\n    "type": "server_error",\n'
        '    "param": null,\n    "code": null\n  }\n}',
    ),
    "unavailable": Kind(503, _UNAVAILABLE, headers=BARE, content_type="text/html"),
}

# What comes as an event when generation fails after the stream has begun.
IN_STREAM = {
    "message": "The server had an error while processing your request. Sorry about that!",
    "type": "server_error",
    "param": None,
    "code": None,
}
