"""How a vendor's shop looks: its words, colour, logo and cover."""
