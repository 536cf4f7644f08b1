"""What goes over the wire: calls to backends, bodies passed on, and the gateway's own answers."""
