"""An Azure OpenAI stand-in that streams as Azure does.

It needs nothing but aiohttp and imports nothing from outside its folder, so that the same folder
runs in App Service: `python -m mock_openai --host 0.0.0.0 --port 8000`.

The core is pure: `answers` says what the model writes, `chat`, `completions` and `responses` turn
that into events, `moderation`, `pace` and `faults` change what is sent and when. `server` does
nothing but pace and write them.
"""
