"""The methods of WebDAV, each a straight line: checks, the deed, the answer."""
