"""What holds after the database was restored from a backup: no money moves until a person has said
that all is known again.
"""
