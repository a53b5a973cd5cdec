"""How other computers are reached: which addresses are accepted, how long is waited, what went wrong."""
