"""x."""
def pages(): return {}
