"""What stands above every page: the menu, the title, and the choices that all pages share."""
