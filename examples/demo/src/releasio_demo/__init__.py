"""A project that exists to be published."""


def greet(name: str = "world") -> str:
    """Says hello."""
    return f"Hello, {name}!"
