"""What `claudeflare serve` runs: holds the lock and the sockets, starts control and the gateways, restarts what dies.

Rule: thin. It imports no web framework, no database and no parser, so that nothing of theirs can bring it down.

    serve.py        the entry: checks what only a server needs to check, then runs a Supervisor
    supervisor.py   the composition and its life: start, announce, link the planes, drain
    children.py     one child process, kept running
    restarts.py     PURE: when to start a child again, and whether to say so
    sockets.py      the public sockets, and control's private one
    lock.py         one server per data directory
    announcement.py server.json, by which the command line finds this server
    process_limits.py  open files, core dumps
"""
