"""pygeoapi's PostgreSQL provider with a geometry SRID of its own, so that a CRS84 collection can be written.

The stock provider derives the SRID from ``storage_crs``. CRS84 has no EPSG code, so every create fails; with EPSG:4326
or 4490 creates succeed, but reads come back as latitude, longitude. Here ``srid`` (default 4326) is a key of its own,
and ``storage_crs`` can stay CRS84, which is the axis order that PostGIS keeps.
"""

from geoalchemy2.shape import from_shape
from pygeoapi.provider.sql import PostgreSQLProvider
from shapely.geometry import shape


class Provider(PostgreSQLProvider):
    """PostgreSQL provider whose geometry column's SRID is configured."""

    def __init__(self, provider_def: dict) -> None:
        self.srid = int(provider_def.get("srid", 4326))
        super().__init__(provider_def)

    def _feature_to_sqlalchemy(self, json_data: dict, identifier: object = None) -> object:
        attributes = {name: value for name, value in json_data["properties"].items() if name != "identifier"}
        geometry = json_data.get("geometry")
        attributes[self.geom] = None if geometry is None else from_shape(shape(geometry), srid=self.srid)
        attributes[self.id_field] = identifier
        return self.table_model(**attributes)
