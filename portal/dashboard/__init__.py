"""A vendor's first page: what needs doing, how sales go, and the way to the first sale."""
