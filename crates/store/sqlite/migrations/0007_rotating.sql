-- Secrets whose rotation was configured once, in an order that stays: a server that starts looks through them.
CREATE INDEX secret_rotating ON secret (id) WHERE rotation IS NOT NULL;
