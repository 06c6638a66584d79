"""The bus doctor: how gateways and meters answer, with advice."""
