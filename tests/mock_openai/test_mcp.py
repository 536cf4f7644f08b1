"""Servers of tools (MCP): listed, asked for approval, called; none is there in truth."""

from __future__ import annotations

from tests.mock_openai.response_events import NEVER, SERVER, asked, events, known, names


def test_a_server_of_tools_is_listed_and_its_first_allowed_tool_called() -> None:
    tool = {**NEVER, "allowed_tools": ["roll", "sum"], "headers": {"authorization": "secret"}}
    answer = events(asked(tool))[-1]["response"]
    listed, call, _ = answer["output"]
    assert [each["name"] for each in listed["tools"]] == ["roll", "sum"]
    assert (call["name"], call["server_label"], call["error"]) == ("roll", "dice", None)
    assert answer["tools"][0]["headers"] is None
    assert "secret" not in str(answer)


def test_a_tool_that_needs_approval_is_asked_for_and_called_once_approved() -> None:
    payloads = events(asked(SERVER))
    assert len(list(known(payloads))) == len(payloads)
    listed, request = payloads[-1]["response"]["output"]
    assert request["type"] == "mcp_approval_request"
    said = {"type": "mcp_approval_response", "approval_request_id": request["id"]}
    for approved, kinds in ((True, ["mcp_call", "message"]), (False, ["message"])):
        before = [{"role": "user", "content": "roll"}, listed, request]
        body = asked(SERVER, input=[*before, {**said, "approve": approved}])
        output = events(body)[-1]["response"]["output"]
        assert [item["type"] for item in output] == kinds
        if approved:
            assert output[0]["approval_request_id"] == request["id"]


def test_a_call_of_a_server_that_does_not_answer_fails_and_the_answer_goes_on() -> None:
    payloads = events(asked(NEVER), "mcp-failed")  # recorded; older SDKs take the error for a text
    assert names(payloads) == ["in_progress", "arguments.delta", "arguments.done", "failed"]
    _, call, message = payloads[-1]["response"]["output"]
    assert (call["output"], call["error"]["type"]) == (None, "http_error")
    assert message["type"] == "message"
