"""Make the picture of the README from the demo's map: python scripts/readme_picture.py [MAP.png]

Reduces out/demo/annual-problem-map.png to 1600 pixels and 256 colours and writes docs/annual-problem-map.png, which has
to stay below 500 kB. Needs Pillow (python3-pil).
"""

import re
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "out" / "demo" / "annual-problem-map.png"
TARGET = ROOT / "docs" / "annual-problem-map.png"
STYLE = ROOT / "styles" / "palette.json"
WIDTH, COLOURS, LARGEST = 1600, 256, 500_000


def colours_for(picture: Image.Image) -> Image.Image:
    """Return a palette with the map's own colours, small as their areas are, and the commonest shades beside them."""
    own = sorted(set(re.findall(r"#([0-9a-f]{6})", STYLE.read_text(encoding="utf-8"))))
    fixed = [channel for colour in own for channel in bytes.fromhex(colour)]
    common = picture.quantize(COLOURS - len(own), Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette((fixed + common)[: 3 * COLOURS])
    return palette


def main() -> None:
    """Reduce, write, and complain when the picture is too large for a README."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    if not source.is_file():
        sys.exit(f"There is no map {source}; run 'make demo' first.")
    # The sheet of 300 dpi has more pixels than Pillow trusts in an unknown file.
    Image.MAX_IMAGE_PIXELS = None
    sheet = Image.open(source).convert("RGB")
    small = sheet.resize((WIDTH, round(sheet.height * WIDTH / sheet.width)), Image.Resampling.LANCZOS)
    # Dithering would blur flat colours and make the file larger.
    small.quantize(palette=colours_for(small), dither=Image.Dither.NONE).save(TARGET, optimize=True)
    size = TARGET.stat().st_size
    if size >= LARGEST:
        sys.exit(
            f"{TARGET.relative_to(ROOT)} has {size} bytes, more than {LARGEST}; reduce its width or colours."
        )
    print(f"{TARGET.relative_to(ROOT)}: {size // 1000} kB")


if __name__ == "__main__":
    main()
