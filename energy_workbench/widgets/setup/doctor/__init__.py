"""The bus doctor: how gateways and meters answer, and what to do."""
