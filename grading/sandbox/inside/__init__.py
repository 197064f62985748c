"""The program inside a sandbox that starts the student's server. The grader never imports it: it is compiled, put into the sandbox, and run
there by `python -I -S` as the package `inside`.

It runs before any student code, gets the namespace ready, gives up every right it does not need, and then does what the grader asks for
over a socket pair: make sockets, start, signal, kill. In bubblewrap it is process 1 of the PID namespace: student code can neither kill nor
stop it, `kill(-1)` reaches all student processes, and its end ends them. On the floor it is an ordinary process that adopts orphans.

Only modules that cost next to nothing are imported (`_socket`, not `socket`: 7 ms less), because every submission waits for this one.
"""
