"use strict";
// Draws a figure at the width of the page; gives it as vectors and as an image, or says why it stayed blank.
const MARKS = ".barlayer .point path, .scatterlayer .js-line, .scatterlayer .point, .sankey-node, .sankey-link, "
  + ".heatmaplayer image, .heatmaplayer path, .pielayer .slice, .boxlayer path, .cartesianlayer .plot path, .shapelayer path, .infolayer .annotation";
async function draw(figure, width) {
  const place = document.createElement("div");
  const height = (figure.layout && figure.layout.height) || 320;
  place.style.cssText = `width:${width}px;height:${height}px`;
  document.body.append(place);
  try {
    const layout = { ...figure.layout, width, height, autosize: false };
    await Plotly.newPlot(place, figure.data, layout, { staticPlot: true, displayModeBar: false });
    const seen = [...place.querySelectorAll(MARKS)].some((mark) => {
      const box = mark.getBoundingClientRect();
      return box.width > 0 || box.height > 0;
    });
    // A bar of nothing has no size and yet says something: a generator that stood still.
    const zero = place.calcdata.some((points) => points[0].trace.type === "bar" && points.some((point) => point.s === 0));
    if (!seen && !zero) throw new Error("it is blank");
    // A canvas (WebGL, maps) keeps its pixels only in plotly's own copy; of vectors no second plot has to be made.
    const copied = async (format) => Plotly.toImage(place, { format, width, height });
    if (place.querySelector("canvas")) {
      return { svg: decodeURIComponent((await copied("svg")).replace(/^data:image\/svg\+xml,/, "")), png: await copied("png") };
    }
    const svg = Plotly.Snapshot.toSVG(place, "svg", 1);
    return { svg, png: await image(svg, width, height) };
  } finally {
    Plotly.purge(place);
    place.remove();
  }
}

// Vectors as an image, in the pixels they are shown with.
async function image(svg, width, height) {
  const shown = new Image();
  shown.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await shown.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(shown, 0, 0, width, height);
  return canvas.toDataURL("image/png");
}
