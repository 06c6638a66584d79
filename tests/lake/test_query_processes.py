"""The process that forks one a query: what ends, leaves and comes at the same moment harms no other."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import os, signal, socket, threading
from energy_workbench.lake.user_sql.process import Host
from energy_workbench.lake.user_sql.wire import FAILED, ended

asking, control = socket.socketpair()
host = Host(control)

left, its_line = socket.socketpair()
host._start(its_line)
left.close()
os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)  # it is over before the host looks

comes, theirs = socket.socketpair()
socket.send_fds(asking, [b"q"], [theirs.fileno()])
theirs.close()
heard = []

def wait():
    comes.shutdown(socket.SHUT_WR)  # asks nothing
    while said := comes.recv(4096):
        heard.append(said)
    asking.close()

waiting = threading.Thread(target=wait, daemon=True)
waiting.start()
host.serve()
waiting.join()
print(FAILED in b"".join(heard), b"".join(heard).endswith(ended(0)))
"""


def test_a_query_that_is_left_and_over_at_once_does_not_end_the_others() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True True\n", "")
