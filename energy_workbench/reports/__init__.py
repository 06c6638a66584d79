"""Reports: a notebook with typed parameters in; self-contained HTML, PDF and a manifest out."""
