"""The command line: one file for each command. Only this package prints, asks and exits."""

import gc
import os
import signal
import sys


def main() -> None:
    """Entry point of the program ``flickr-auditor``."""
    # Whether by Ctrl-C, `kill`, a shutdown or a terminal that closes: what is on its way is finished and
    # written down, and half files are removed. A signal that is ignored stays so, as by `nohup`.
    for name in ("SIGTERM", "SIGHUP"):  # Windows has the first only
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    # NumPy's OpenBLAS would start a thread for each processor, 0.03 s on two; nothing multiplies matrices.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from auditor.cli.app import run

        run(sys.argv[1:])
    except KeyboardInterrupt:  # before the program was loaded
        sys.exit(130)
    finally:
        # At its end Python looks through all objects for circles, which takes a tenth of a look-up's time and
        # frees what the system takes back anyway. Nothing waits for it: what is written is closed by now.
        gc.freeze()
