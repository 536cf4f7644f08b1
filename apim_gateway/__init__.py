"""The local gateway: it reads policy documents and runs them as Azure API Management does."""
