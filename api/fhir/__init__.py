"""FHIR R4 terminology: code system and value set operations over the catalogue and the suggester."""
