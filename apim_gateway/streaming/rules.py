"""Every rule of the streaming check: its level, what it says and where to read on."""

from __future__ import annotations

from dataclasses import dataclass

ERROR, WARNING, NOTE = "error", "warning", "note"
LEARN = "https://learn.microsoft.com/azure/api-management/"
SSE = f"{LEARN}how-to-server-sent-events"
FORWARD = f"{LEARN}forward-request-policy"
EXPRESSIONS = f"{LEARN}api-management-policy-expressions"


@dataclass(frozen=True)
class Rule:
    """Hold one rule: `what` happens to a stream, `fix` is how to correct the document."""

    id: str
    level: str
    what: str
    fix: str
    url: str


RULES = {
    rule.id: rule
    for rule in (
        Rule(
            "buffered-response",
            ERROR,
            "the gateway gathers 8 KB of the response before it sends any of it",
            'set buffer-response="false": '
            '<forward-request timeout="120" buffer-response="false" />',
            FORWARD,
        ),
        Rule(
            "no-forward",
            ERROR,
            "nothing forwards the request, so the client gets an empty 200 and no stream",
            'put <forward-request timeout="120" buffer-response="false" />, or <base /> where a '
            "parent scope has one, into <backend>",
            FORWARD,
        ),
        Rule(
            "body-read",
            ERROR,
            "an expression reads context.Response.Body: the gateway waits for the whole response "
            "before it goes on",
            "do not read the body of a stream: read it only where the request asked for no "
            "stream, in a <choose> on a variable that inbound has set; count tokens with "
            "llm-emit-token-metric",
            SSE,
        ),
        Rule(
            "body-read-as-json",
            ERROR,
            "an expression reads context.Response.Body as JSON: an event stream is no JSON, so "
            "the client gets 500",
            "read the body only where the request asked for no stream, in a <choose> on a "
            "variable that inbound has set",
            EXPRESSIONS,
        ),
        Rule(
            "body-consumed",
            ERROR,
            "an expression takes context.Response.Body without preserveContent: nothing is left "
            "to send, so the client gets an empty answer",
            "do not read the body of a stream; where it must be read, write As<string>(true)",
            EXPRESSIONS,
        ),
        Rule(
            "no-response-yet",
            ERROR,
            "an expression reads context.Response before a backend has answered: it is null, so "
            "the client gets 500",
            "move the policy to <outbound>, or write context.Response?.",
            EXPRESSIONS,
        ),
        Rule(
            "whole-body-policy",
            ERROR,
            "this policy needs the whole response before any of it goes on",
            "use it only where the request asked for no stream, in a <choose>, or remove it",
            SSE,
        ),
        Rule(
            "response-replaced",
            ERROR,
            "another response is sent in the stream's place",
            "put it into a <choose> whose condition is false for streamed answers",
            f"{LEARN}return-response-policy",
        ),
        Rule(
            "response-logged",
            ERROR,
            "diagnostics log the body of the response: the gateway holds the stream for it",
            "set the bytes of response bodies to 0, at the API and at all APIs",
            SSE,
        ),
        Rule(
            "consumption-tier",
            ERROR,
            "the Consumption tier does not stream",
            "choose any other tier",
            SSE,
        ),
        Rule(
            "missing-fragment",
            WARNING,
            "a fragment that is not at hand may do anything to the stream",
            "give it with --fragment NAME=FILE, or a folder of them with --fragments",
            f"{LEARN}policy-fragments",
        ),
        Rule(
            "unknown-named-value",
            WARNING,
            "a named value that is not given decides what happens to the stream",
            "give it with --named-value NAME=VALUE",
            f"{LEARN}api-management-howto-properties",
        ),
        Rule(
            "unread-expression",
            WARNING,
            "this check cannot read the expression, which may do anything to the stream",
            "look whether it reads context.Response.Body",
            EXPRESSIONS,
        ),
        Rule(
            "unread-policy",
            WARNING,
            "the policy in force cannot be read",
            "let it be read, or check the document in a file",
            f"{LEARN}set-edit-policies",
        ),
        Rule(
            "assumed-parent",
            NOTE,
            "the parent scope is not given: taken for the one that API Management starts with, "
            "whose forward-request has buffer-response true",
            "give the documents in force with --global, --product and --api",
            f"{LEARN}set-edit-policies",
        ),
        Rule(
            "refused",
            ERROR,
            "API Management refuses the document",
            "correct the document",
            f"{LEARN}api-management-howto-policies",
        ),
        Rule(
            "doubtful-expression",
            WARNING,
            "API Management may refuse the expression, or it does not do what it seems to",
            "do as the compiler says, or use a documented member in place of one that is not",
            EXPRESSIONS,
        ),
        Rule(
            "not-run-here",
            NOTE,
            "API Management has this, but apim-gateway serve does not run it",
            "nothing, unless you want to serve the document locally",
            f"{LEARN}api-management-policies",
        ),
        Rule(
            "usage-not-told",
            WARNING,
            "a streamed response tells its tokens only when the request asks for them: otherwise "
            "this policy sends no figures, or estimates",
            'let clients send "stream_options": {"include_usage": true}',
            f"{LEARN}llm-emit-token-metric-policy",
        ),
        Rule(
            "tokens-estimated",
            WARNING,
            "tokens of streamed answers are estimated, so the limit counts other figures than "
            "the service charges",
            "leave a margin in the limit",
            f"{LEARN}llm-token-limit-policy",
        ),
        Rule(
            "content-type-changed",
            WARNING,
            "clients refuse an event stream whose Content-Type is not text/event-stream",
            "leave Content-Type as the backend sent it",
            SSE,
        ),
        Rule(
            "long-timeout",
            WARNING,
            "a time-out over 240 seconds may not be honoured: Azure's load balancer drops "
            "connections that are silent for longer",
            'write timeout="240" or less; it counts to the response\'s headers',
            FORWARD,
        ),
        Rule(
            "retry-without-body",
            WARNING,
            "a request body that was not kept is gone after the first attempt: the next one "
            "sends none",
            'write buffer-request-body="true" in the forward-request',
            f"{LEARN}retry-policy",
        ),
        Rule(
            "cached-response",
            WARNING,
            "an answer from a cache comes in one piece, and to be stored a response is held whole",
            "do not cache streamed answers",
            SSE,
        ),
        Rule(
            "completions-judged",
            WARNING,
            "completions are gathered in windows of text, of 10,000 characters unless told, and "
            "judged before they go on, so the stream comes in bursts",
            "choose a smaller window-size, or judge only requests: enforce-on-completions false, "
            "and no llm-content-safety in outbound",
            f"{LEARN}llm-content-safety-policy",
        ),
        Rule(
            "on-error-reads-body",
            NOTE,
            "on-error reads the body of the response: this happens only after a failure",
            "nothing, unless errors are streamed too",
            EXPRESSIONS,
        ),
    )
}
