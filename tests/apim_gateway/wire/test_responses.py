"""The bytes are those seen on the wire: facts, not what the code happens to give."""

from __future__ import annotations

from apim_gateway.wire import responses


def test_401_for_a_missing_key() -> None:
    answer = responses.unauthorized(responses.MISSING_KEY, "x.azure-api.net", "openai", "api-key")
    assert answer.body == (
        b'{ "statusCode": 401, "message": "Access denied due to missing subscription key. '
        b'Make sure to include subscription key when making requests to an API." }'
    )
    assert len(answer.body) == 152
    assert (answer.status, answer.reason) == (401, "Access Denied")
    assert answer.headers == {
        "Content-Type": "application/json",
        "WWW-Authenticate": 'AzureApiManagementKey realm="https://x.azure-api.net/openai",'
        'name="api-key",type="header"',
    }


def test_401_for_an_invalid_key() -> None:
    answer = responses.unauthorized(responses.INVALID_KEY, "h", "openai", "api-key")
    assert answer.body == (
        b'{ "statusCode": 401, "message": "Access denied due to invalid subscription key. '
        b'Make sure to provide a valid key for an active subscription." }'
    )
    assert len(answer.body) == 143


def test_404() -> None:
    answer = responses.not_found()
    assert answer.status == 404
    assert answer.body == b'{ "statusCode": 404, "message": "Resource not found" }'


def test_429_tells_when_to_come_back() -> None:
    answer = responses.too_many("Token limit is exceeded.", 7)
    assert answer.headers["Retry-After"] == "7"
    assert answer.body == (
        b'{ "statusCode": 429, "message": "Token limit is exceeded. Try again in 7 seconds." }'
    )


def test_500_carries_the_activity_id() -> None:
    answer = responses.internal("0f8fad5b-d9cb-469f-a165-70867728950e")
    assert answer.body == (
        b'{ "statusCode": 500, "message": "Internal server error", '
        b'"activityId": "0f8fad5b-d9cb-469f-a165-70867728950e" }'
    )


def test_a_message_is_escaped() -> None:
    answer = responses.refusal(401, "Unauthorized", 'say "no" \u00fc')
    assert answer.body == '{ "statusCode": 401, "message": "say \\"no\\" \u00fc" }'.encode()
