"""The contract's methods on either side: what people write made plain, asked of a home or over HTTP."""
