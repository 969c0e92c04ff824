"""Fee rules: what the marketplace takes of a sale."""
