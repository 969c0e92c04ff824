"""What the operator sees first: what waits, what was sold, what a monitor watches, what the
marketplace risks.
"""
