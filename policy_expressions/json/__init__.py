"""Newtonsoft.Json 13 as expressions meet it: tokens, reader, writer, paths, conversion."""
