"""One file for each mitigation: what it changes, the calls it makes, and its inverse."""
