"""Match the account against the local indexes: what is exposed, what could not be checked, and why."""
