"""Horizontal bar charts as SVG, without any library."""

from xml.sax.saxutils import escape

COLOURS = ["#0072b2", "#e69f00", "#999999", "#009e73", "#cc79a7"]  # told apart by colour-blind readers too
LABELS, PLOT, GAP = 120, 300, 40  # widths
BAR, SPACE, LEGEND, HEAD, BOTTOM = 8, 8, 16, 22, 26  # heights


def text(x, y, content, anchor="start", size=11):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(content)}</text>'


def panel(left, top, title, groups, series, limit, reference):
    """The bars of `groups` (label -> series -> value), cut off at `limit`."""
    height = len(groups) * (len(series) * BAR + SPACE)
    yield text(left, top - 8, title, size=13)
    for i, values in enumerate(groups.values()):
        for s, name in enumerate(series):
            if name not in values:
                continue
            y = top + SPACE / 2 + i * (len(series) * BAR + SPACE) + s * BAR
            width = min(values[name], limit) / limit * PLOT
            yield f'<rect x="{left}" y="{y:.1f}" width="{width:.1f}" height="{BAR - 1}" fill="{COLOURS[s]}"/>'
            yield text(left + width + 3, y + BAR - 1, f"{values[name]:.2f}", size=8)
    x = left + reference / limit * PLOT
    yield f'<path d="M{left} {top}v{height}M{x:.1f} {top}v{height}" stroke="#333"/>'
    yield text(x, top + height + 14, f"{reference:g}", "middle")


def legend(series, width):
    """(x, y, name) of each series, in as many lines as `width` needs."""
    x, y = 10, 28
    for name in series:
        advance = 7 * len(name) + 30
        if x > 10 and x + advance > width:
            x, y = 10, y + LEGEND
        yield x, y, name
        x += advance


def bar_chart(title, panels, series, limit, reference):
    """The text of an SVG with the `panels` (title -> label -> series -> value)
    side by side. A line marks `reference`."""
    labels = dict.fromkeys(label for groups in panels.values() for label in groups)
    row = len(series) * BAR + SPACE
    width = LABELS + len(panels) * (PLOT + GAP)
    entries = list(legend(series, width))
    top = entries[-1][1] + LEGEND + HEAD
    height = top + len(labels) * row + BOTTOM
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        text(10, 20, title, size=14),
    ]
    for (x, y, name), colour in zip(entries, COLOURS):
        lines.append(f'<rect x="{x}" y="{y}" width="10" height="10" fill="{colour}"/>')
        lines.append(text(x + 14, y + 9, name))
    for i, label in enumerate(labels):
        lines.append(text(LABELS - 6, top + (i + 0.5) * row + 4, label, "end"))
    for i, (name, values) in enumerate(panels.items()):
        groups = {label: values.get(label, {}) for label in labels}
        lines += panel(LABELS + i * (PLOT + GAP), top, name, groups, series, limit, reference)
    return "\n".join([*lines, "</svg>"]) + "\n"
