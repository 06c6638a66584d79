"""From an executed notebook to HTML, PDF, Excel and mail."""
