"""The addresses and the chunked upload of Nextcloud's clients, onto the same share and the same intake."""
