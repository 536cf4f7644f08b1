"""A loopback Azure Resource Manager: what the lab's `az` commands and SDK calls need, no more."""
