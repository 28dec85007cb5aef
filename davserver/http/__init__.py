"""HTTP/1.1 on a socket: heads, bodies, answers, and the threads that serve them. Knows no DAV."""
