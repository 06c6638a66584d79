"""The pages of viewers and editors: headless models, views of ipywidgets, and the server of both."""
