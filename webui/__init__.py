"""A face of the library: the web UI and the JSON API, as one WSGI application (see `webui.app`)."""
