"""The second step of members: what is asked after the password."""
