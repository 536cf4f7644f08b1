"""What becomes of a stream."""

from __future__ import annotations

from .question import BODY, ENDING, ERROR, RELEASES, STATUS, Question, model

_ARRIVES = (STATUS, RELEASES, ENDING)
_READ = '<set-variable name="text" value="@(context.Response.Body.As<string>({how}))" />'


def _forward(buffered: str = "") -> str:
    return f'<forward-request timeout="120"{buffered} />'


def _stream(
    name: str,
    asks: str,
    looks: tuple[str, ...] = _ARRIVES,
    backend: str = _forward(' buffer-response="false"'),
    outbound: str = "",
    switch: str = "",
) -> Question:
    return Question(
        name,
        asks,
        looks,
        inbound=model(),
        backend=backend,
        outbound=outbound,
        switch=switch,
        stream=True,
        method="POST",
    )


QUESTIONS = (
    _stream("stream-unbuffered", 'how a stream leaves with buffer-response="false"'),
    _stream(
        "stream-buffered",
        'how a stream leaves with buffer-response="true"',
        backend=_forward(' buffer-response="true"'),
        switch="--flush-every-chunk",
    ),
    _stream(
        "stream-default",
        "how a stream leaves where buffer-response is left out",
        backend=_forward(),
        switch="--flush-every-chunk",
    ),
    _stream(
        "stream-body-kept",
        "how a stream leaves after outbound read it with preserveContent",
        outbound=_READ.replace("{how}", "preserveContent: true"),
    ),
    _stream(
        "stream-body-taken",
        "what is left of a stream that outbound read without preserveContent",
        (STATUS, ENDING),
        outbound=_READ.replace("{how}", ""),
    ),
    _stream(
        "stream-body-as-json",
        "what a stream read as JSON ends in",
        (STATUS, BODY, ERROR),
        outbound='<set-variable name="json" value="@(context.Response.Body.As<JObject>())" />',
    ),
    _stream(
        "stream-body-unread",
        "whether a read in a branch that is not taken holds a stream",
        outbound='<choose><when condition="@(context.Response.StatusCode == 500)">'
        + _READ.replace("{how}", "preserveContent: true")
        + "</when></choose>",
    ),
    _stream(
        "stream-replaced",
        "what set-body makes of a stream",
        (STATUS, BODY),
        outbound="<set-body>replaced</set-body>",
    ),
    _stream(
        "stream-found-and-replaced",
        "how a stream leaves after find-and-replace",
        outbound='<find-and-replace from="nothing-like-this" to="that" />',
    ),
    _stream(
        "stream-validated",
        "what validate-content makes of a stream",
        (STATUS, RELEASES, ENDING, ERROR),
        outbound='<validate-content unspecified-content-type-action="ignore" max-size="102400" '
        'size-exceeded-action="ignore" errors-variable-name="errors" />',
    ),
)
