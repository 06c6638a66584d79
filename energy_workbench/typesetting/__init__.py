"""Pages as PDF, and charts as drawings, by a headless Chromium: it knows nothing of what it prints."""
