"""Where the money of one order went."""
