"use strict";
// Draws every chart; the promise gives their number, or the reason why one could not be drawn.
const PRINTED_WIDTH = 673, WIDE = 800, LABELS_ON_SCREEN = 12;
const reportReady = (async () => {
  const bar = JSON.parse(document.getElementById("bar").textContent);
  const charts = [...document.querySelectorAll("figure.chart")].filter((figure) => figure.querySelector("script")).map((figure) => ({
    plot: figure.querySelector(".plot"),
    ...JSON.parse(figure.querySelector("script").textContent),
  }));
  await document.fonts.ready;
  // Labels of a flow are sized for paper; a wide screen has room for larger ones.
  const labels = (trace, width) => (width >= WIDE ? LABELS_ON_SCREEN : trace.textfont.size);
  const sized = (trace, width) => (trace.type === "sankey" && trace.textfont
    ? { ...trace, textfont: { ...trace.textfont, size: labels(trace, width) } } : trace);
  const draw = ({ plot, data, layout }, width) => Plotly.react(
    plot, data.map((trace) => sized(trace, width || plot.clientWidth)),
    width ? { ...layout, width, autosize: false } : { ...layout, autosize: true },
    bar,
  );
  for (const chart of charts) {
    chart.plot.style.height = `${(chart.layout && chart.layout.height) || 320}px`;
    chart.plot.replaceChildren();
    await draw(chart, 0);
    if (!chart.plot.querySelector("svg.main-svg")) throw new Error("a chart stayed empty");
  }
  addEventListener("beforeprint", () => charts.forEach((chart) => {
    if (chart.plot.clientWidth !== PRINTED_WIDTH) draw(chart, PRINTED_WIDTH);
  }));
  addEventListener("afterprint", () => charts.forEach((chart) => draw(chart, 0)));
  return charts.length;
})();
