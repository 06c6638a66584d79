"""The head of every viewers' page: menu, title, and the choices that all pages share."""
