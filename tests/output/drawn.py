"""What tests of pictures look at: what is drawn under a name, which texts are to be seen and whether they meet, and order statistics."""
import contextlib
import io
import os

import numpy


def order(values, p):
    """The order statistic of rank ceil(n p) of each row."""
    values = numpy.atleast_2d(values)
    return numpy.array([numpy.sort(row[~numpy.isnan(row)])[int(numpy.ceil((~numpy.isnan(row)).sum() * p - 1e-9)) - 1]
                        for row in values])


def found(figure, gid):
    """What is drawn under a name."""
    artists = [artist for artist in figure.findobj() if artist.get_gid() == gid]
    assert len(artists) == 1, f"{gid}: {len(artists)}"
    return artists[0]


def words(figure):
    """All texts that are to be seen: names of ticks beyond the ends of an axis are not."""
    texts = list(figure.texts)
    for axes in figure.axes:
        texts += axes.texts
        if not axes.axison:
            continue
        texts += [axes.title, axes.xaxis.label, axes.yaxis.label]
        for axis, ends in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            axis.get_tightbbox(figure.canvas.get_renderer())  # puts the ticks in their places
            texts += [tick.label1 for tick in axis.get_major_ticks() if min(ends) <= tick.get_loc() <= max(ends)]
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


def said(figure):
    return "\n".join(text.get_text() for text in words(figure))


def check_texts(case, figure):
    """That none meets another or leaves the picture."""
    figure.set_dpi(50)  # sizes are in inches and points
    renderer, (width, height) = figure.canvas.get_renderer(), figure.canvas.get_width_height()
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in words(figure)]
    for text, box in boxes:
        case.assertTrue(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, f"{text} leaves the picture")
    for i, (text, box) in enumerate(boxes):
        for other, beside in boxes[:i]:
            wide, high = (min(getattr(box, side + "1"), getattr(beside, side + "1")) -
                          max(getattr(box, side + "0"), getattr(beside, side + "0")) for side in "xy")
            case.assertFalse(wide > 0.5 and high > 0.5, f"'{text}' meets '{other}'")


def plot(case, main, folder, *given, status=0):
    """What `main` of the script prints, or its error, called in a folder as a function of this process: starting Python takes a
    second."""
    before, out, errors = os.getcwd(), io.StringIO(), io.StringIO()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            ended = main(["plot", *given])
    finally:
        os.chdir(before)
    case.assertEqual(ended, status, errors.getvalue())
    if status == 0:
        case.assertEqual(errors.getvalue(), "")
        return out.getvalue().strip()
    case.assertEqual((out.getvalue(), errors.getvalue().count("\n")), ("", 1))
    return errors.getvalue()
