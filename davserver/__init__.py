"""A face, WebDAV, and the server itself: the gate, the shares, and the composition root."""
