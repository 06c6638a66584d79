"""What polling last knew of each meter, and how that changed."""
