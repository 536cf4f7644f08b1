"""From files to steps: policy documents, their scopes, and the declaration of the API."""
