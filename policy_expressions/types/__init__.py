"""What is known of types: their definitions, members and relations."""
