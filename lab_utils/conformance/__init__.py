"""Ask a gateway what nobody outside has settled, and compare its answers with the loopback's.

A question is a small policy document for an operation of its own, one request, and what to look at
in the answer. Both gateways get the same documents, so every difference is the gateway's.
"""
