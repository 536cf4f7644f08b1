"""Say from the arrival of one streamed answer what happened to it on the way.

arrival    what came and when: bytes into events, events into releases; pure
verdict    what that means, and whether a second request would settle a doubt; pure
sending    the requests themselves
probing    one probe from beginning to end
report     the verdict with its evidence, as text and as JSON
strip      a picture of arrival in plain text; pure
chart      the same as SVG, which a notebook shows; pure
proxies    keep what runs on this machine away from a proxy, and name one that is in the way
"""
