"""Where the server's shapes differ from the service models on purpose. Each line says why; a line that no longer
differs fails the shapes test, so the lists cannot grow stale."""

# service -> (path of the member and, after a space, the constraint) -> why
ALLOWED = {
    "secretsmanager": {},
    "cloudtrail": {},
    "iam": {},
    "kms": {},
    "lambda": {},
    "logs": {
        "FilterLogEvents.filterPattern sensitive": "who looks for a secret that was written down names it here",
        "PutLogEvents.logEvents[].message sensitive": "functions print secrets, and the trail keeps none",
    },
    "sts": {},
}
