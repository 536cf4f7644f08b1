"""The parameters that the three APIs take, one table each.

Source: https://learn.microsoft.com/azure/ai-foundry/openai/reference
"""

from __future__ import annotations

from collections.abc import Mapping

from .validation import Parameter

Table = Mapping[str, Parameter]

_STRING = Parameter((str,))
_BOOLEAN = Parameter((bool,))
_INTEGER = Parameter((int,))
_OBJECT = Parameter((dict,))
_ARRAY = Parameter((list,))
_POSITIVE = Parameter((int,), low=1)
_STRING_OR_ARRAY = Parameter((str, list))
_STRING_OR_OBJECT = Parameter((str, dict))
_NAME = Parameter((str,), required=True)
_IDENTIFIER = Parameter((str,), required=True, pattern="^[a-zA-Z0-9_-]+$", longest=64)
_PENALTY = Parameter((float,), low=-2, high=2)

ITEM = Parameter((dict,), required=True)

_COMMON: Table = {
    "model": _STRING,
    "stream": _BOOLEAN,
    "stream_options": _OBJECT,
    "temperature": Parameter((float,), low=0, high=2),
    "top_p": Parameter((float,), low=0, high=1),
    "user": _STRING,
}
_SHARED: Table = {
    "metadata": _OBJECT,
    "tools": _ARRAY,
    "tool_choice": _STRING_OR_OBJECT,
    "parallel_tool_calls": _BOOLEAN,
    "top_logprobs": Parameter((int,), low=0, high=20),
    "store": _BOOLEAN,
    "service_tier": _STRING,
    "safety_identifier": _STRING,
    "prompt_cache_key": _STRING,
    "prompt_cache_retention": _STRING,
}
_SAMPLING: Table = {
    "n": Parameter((int,), low=1, high=128),
    "stop": _STRING_OR_ARRAY,
    "seed": _INTEGER,
    "presence_penalty": _PENALTY,
    "frequency_penalty": _PENALTY,
    "logit_bias": _OBJECT,
}

CHAT: Table = {
    "messages": Parameter((list,), required=True, low=1),
    **_COMMON,
    **_SHARED,
    **_SAMPLING,
    "max_tokens": _POSITIVE,
    "max_completion_tokens": _POSITIVE,
    "logprobs": _BOOLEAN,
    "functions": _ARRAY,
    "function_call": _STRING_OR_OBJECT,
    "response_format": _OBJECT,
    "reasoning_effort": _STRING,
    "verbosity": _STRING,
    "modalities": _ARRAY,
    "audio": _OBJECT,
    "prediction": _OBJECT,
    "data_sources": _ARRAY,
    "user_security_context": _OBJECT,
}
STREAM_OPTIONS: Table = {"include_usage": _BOOLEAN, "include_obfuscation": _BOOLEAN}
_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
MESSAGE: Table = {
    "role": Parameter((str,), required=True, values=_ROLES),
    "content": _STRING_OR_ARRAY,
    "tool_calls": _ARRAY,
}
_PARTS = ("text", "image_url", "input_audio", "refusal", "audio", "file")
CONTENT_PART: Table = {
    "type": Parameter((str,), required=True, values=_PARTS),
    "text": _STRING,
}
CALL: Table = {"id": _NAME, "type": _STRING}
CHAT_TOOL: Table = {"type": Parameter((str,), required=True, values=("function", "custom"))}
CHAT_CHOICE: Table = {
    "type": Parameter((str,), required=True, values=("function", "allowed_tools", "custom")),
    "function": _OBJECT,
    "allowed_tools": _OBJECT,
}
TOOL_CHOICE = Parameter((str,), values=("none", "auto", "required"))
FUNCTION: Table = {"name": _IDENTIFIER, "parameters": _OBJECT, "strict": _BOOLEAN}
CUSTOM: Table = {"name": _IDENTIFIER, "format": _OBJECT, "description": _STRING}
_FORMATS = ("json_object", "json_schema", "text")
FORMAT: Table = {"type": Parameter((str,), required=True, values=_FORMATS)}
NESTED_FORMAT: Table = {"json_schema": Parameter((dict,), required=True)}
SCHEMA_FORMAT: Table = {
    "name": _IDENTIFIER,
    "schema": _OBJECT,
    "strict": _BOOLEAN,
    "description": _STRING,
}

COMPLETION: Table = {
    "prompt": _STRING_OR_ARRAY,
    **_COMMON,
    **_SAMPLING,
    "max_tokens": Parameter((int,), low=0),
    "suffix": _STRING,
    "echo": _BOOLEAN,
    "best_of": Parameter((int,), low=1, high=20),
    "logprobs": Parameter((int,), low=0, high=5),
}

RESPONSE: Table = {
    "input": Parameter((str, list), required=True),
    **_COMMON,
    **_SHARED,
    "instructions": _STRING,
    "max_output_tokens": Parameter((int,), low=16),
    "max_tool_calls": _POSITIVE,
    "background": _BOOLEAN,
    "context_management": _ARRAY,
    "conversation": _STRING_OR_OBJECT,
    "include": _ARRAY,
    "previous_response_id": _STRING,
    "prompt": _OBJECT,
    "reasoning": _OBJECT,
    "text": _OBJECT,
    "truncation": Parameter((str,), values=("auto", "disabled")),
}
RESPONSE_STREAM_OPTIONS: Table = {"include_obfuscation": _BOOLEAN}
INPUT_ITEM: Table = {"role": _STRING, "type": _STRING, "content": _STRING_OR_ARRAY}
RESPONSE_CHOICE: Table = {"type": _NAME, "name": _STRING, "tools": _ARRAY}
INCLUDABLE = (
    "code_interpreter_call.outputs",
    "computer_call_output.output.image_url",
    "file_search_call.results",
    "message.input_image.image_url",
    "message.output_text.logprobs",
    "reasoning.encrypted_content",
    "web_search_call.action.sources",
    "web_search_call.results",
)
INCLUDED = Parameter((str,), required=True, values=INCLUDABLE)
_SUMMARIES = ("auto", "concise", "detailed")
_SUMMARY = Parameter((str,), values=_SUMMARIES)
REASONING: Table = {"effort": _STRING, "summary": _SUMMARY, "generate_summary": _SUMMARY}
RESPONSE_TEXT: Table = {
    "format": _OBJECT,
    "verbosity": Parameter((str,), values=("low", "medium", "high")),
}

EMBEDDING: Table = {
    "input": Parameter((str, list), required=True, low=1),
    "model": _STRING,
    "dimensions": _POSITIVE,
    "encoding_format": Parameter((str,), values=("float", "base64")),
    "input_type": _STRING,
    "user": _STRING,
}
