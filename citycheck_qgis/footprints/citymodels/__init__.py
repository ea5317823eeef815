"""Buildings from CityJSON, CityJSONSeq and CityGML."""
