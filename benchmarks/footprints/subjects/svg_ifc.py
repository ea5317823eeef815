"""Floor plans as IfcConvert draws them: its SVG serializer, a section through every storey; paths, no polygons."""

import sys

import ifcopenshell
import ifcopenshell.geom

from .result import report


def work() -> dict[str, object]:
    """Draw the floor plans."""
    model = ifcopenshell.open(sys.argv[1])
    settings = ifcopenshell.geom.settings(ELEMENT_HIERARCHY=True)
    settings.set("iterator-output", ifcopenshell.ifcopenshell_wrapper.NATIVE)
    settings.set("section-height-from-storeys", True)
    buffer = ifcopenshell.geom.serializers.buffer()
    serializer = ifcopenshell.geom.serializers.svg(buffer, settings)
    serializer.setFile(model)
    serializer.writeHeader()
    iterator = ifcopenshell.geom.iterator(settings, model, 1, exclude=("IfcOpeningElement", "IfcSpace"))
    if iterator.initialize():
        while True:
            serializer.write(iterator.get())
            if not iterator.next():
                break
    serializer.finalize()
    return {"characters": len(buffer.get_value())}


report(sys.argv[2], work)
