"""Ask a gateway what nobody outside has settled, and compare its answers with the loopback's.

A question is a small policy document for an operation of its own, one request, and what to look at
in the answer. Both gateways get the same documents, so every difference is the gateway's.

question     one question; failures, messages, streams and values hold them all, table lists them
operations   the questions as an API that a gateway can have
service      puts that API into an API Management service, and removes it
loopback     starts it on this machine, and stops it
answer       sends a question and holds what came back
tracing      the management calls that give a trace, to a gateway on loopback
look         makes of an answer what can be compared
asking       which questions, at what cost, and a gateway's answers to them
report       what differs, for a person and as a file
"""
