"""Peer: geopandas, the recipe that is found everywhere: sjoin, the area of every intersection, the largest one."""

import sys

import geopandas as gpd

buildings_file, communities_file, target = sys.argv[1:]
buildings = gpd.read_file(buildings_file, use_arrow=True)
communities = gpd.read_file(communities_file, use_arrow=True)[["code", "geometry"]]

pairs = buildings[["geometry"]].sjoin(communities, predicate="intersects")
whole = communities.geometry.loc[pairs["index_right"]].set_axis(pairs.index)
pairs["overlap"] = pairs.geometry.intersection(whole, align=False).area
pairs = pairs.sort_values(["overlap", "code"], ascending=[False, True])
buildings["community_code"] = pairs["code"][~pairs.index.duplicated()]
buildings.to_file(target, use_arrow=True)
