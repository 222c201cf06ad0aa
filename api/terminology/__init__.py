"""FHIR code systems, value sets and concept maps in memory, and the operations on them."""
