"""The review page: the same job as the command line, in a browser on this machine.

It is a front end and knows no rule of its own: pages call the use-cases that the commands call, and work
lives in the home's database, so a run that was begun here can be resumed there and the other way round.
"""
