"""Durable events: protocol, canonical bytes, hash chain, stores."""
