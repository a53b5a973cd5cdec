"""The review page: the same job as the command line, in a browser on this machine."""
