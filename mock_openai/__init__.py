"""An Azure OpenAI stand-in that streams as Azure does.

It needs nothing but aiohttp and imports nothing from outside its folder, so that the same folder
runs in App Service: `python -m mock_openai --host 0.0.0.0 --port 8000`.

The core is pure: from a request, a scenario and a seed it builds the events of a stream, each with
the silence before it. The server only paces and writes them. In the order of a call:

    frontdoor, validation, parameters, requests    what is asked for, and by whom
    behaviour, scenarios                           how it shall be answered
    texts, sampling, answers, models               what the model writes
    parts, moderation, logprobs, latency           what Azure adds and takes away
    chat, completions, responses, response_object  how each API puts it
    pace, faults, wire                             when it is sent, and in which bytes
    service, headers, limits, errors, log          what surrounds it
    mock, call, server                             HTTP
"""
