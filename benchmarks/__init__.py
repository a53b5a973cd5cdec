"""How far the program is from the limit of the machine: ``python -m benchmarks``.

It makes its own files, runs each piece of work and a yardstick in turn, each in a process of its own, and
prints a table. Seconds depend on the machine and on who else is on it; ratios of one run mean something.
"""
