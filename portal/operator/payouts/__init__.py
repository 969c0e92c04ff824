"""How each vendor is paid out, by the operator's decision."""
