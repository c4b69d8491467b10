"""Where the server's shapes differ from the service model on purpose. Each line says why; a line that no longer
differs fails the shapes test, so the list cannot grow stale."""

# (path of the member and, after a space, the constraint) -> why
ALLOWED = {}
