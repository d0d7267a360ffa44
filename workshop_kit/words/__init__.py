"""Every word that depends on a language and is not material."""
